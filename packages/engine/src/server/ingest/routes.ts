import type { Context, MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import { auth as basicAuth } from 'hono/utils/basic-auth';
import type { Problem } from '../../loop/problem.ts';
import type { App, Env } from '../endpoint.ts';
import { errorResponses } from '../endpoint.ts';
import type { ServerPorts } from '../ports.ts';
import { ServerError } from '../server-error.ts';
import type { WriteKeys } from '../write-keys.ts';
import { bodyText } from './body-text.ts';
import type { CallRead, RequestKind } from './read-calls.ts';
import { BodyError, maxBatch, maxCall, readCalls } from './read-calls.ts';
import { acceptedShape, batchShape, callShape, callTypes } from './tracking-call.ts';

/** The addresses of the calls: those of the HTTP API, and the first letters that Segment's library for browsers uses. */
const addresses: readonly (readonly [path: string, kind: RequestKind])[] = [
  ...callTypes.flatMap((type) => [[type, type] as const, [type.slice(0, 1), type] as const]),
  ['batch', 'batch'],
  ['b', 'batch'],
  ['import', 'batch'],
];

/**
 * Segment's HTTP tracking API, so that its official clients work unchanged. Answers once everything is on disk; the engine
 * works it in a moment later.
 */
export function ingestRoutes(app: App, { ingest, clock }: ServerPorts, keys: WriteKeys): void {
  app.use('/v1/*', forBrowsers, mayKnock(keys), holdOff(ingest));
  for (const [path, kind] of addresses) {
    describe(app, path, kind);
    app.post(`/v1/${path}`, async (c) => {
      const text = await bodyText(c, kind === 'batch' ? maxBatch : maxCall);
      const key = await keyOf(c, text, keys);
      const calls = soundOnes(kind, text);
      await ingest.accept({
        kind,
        calls: calls.length,
        // A secret is not written down; only its digest is kept.
        body: text.includes(key) ? text.replaceAll(key, '') : text,
        receivedAt: clock.read().now,
      });
      const rejected = refusals(calls);
      return c.json(rejected.length === 0 ? { success: true } : { success: true, rejected });
    });
  }
}

/**
 * A page of any origin may send what happened on it: that takes a write key and gives nothing back, and no cookie goes with
 * it. Nothing else may be asked from elsewhere.
 */
const forBrowsers = cors({
  origin: '*',
  allowMethods: ['POST'],
  allowHeaders: ['authorization', 'content-type', 'x-retry-count'],
  maxAge: 86_400,
});

/** A key that is shown and was never given out is refused before a byte of the body is read. */
const mayKnock =
  (keys: WriteKeys): MiddlewareHandler<Env> =>
  async (c, next) => {
    if (c.req.header('authorization') !== undefined) {
      const key = basicAuth(c.req.raw)?.username;
      if (!key || !(await keys.isKnown(key))) throw unknownKey(c);
      c.set('writeKey', key);
    }
    await next();
  };

/** Asked before anything is read at length: who is to come again shall cost little. */
const holdOff =
  (ingest: ServerPorts['ingest']): MiddlewareHandler<Env> =>
  async (c, next) => {
    const seconds = ingest.holdOff();
    if (seconds !== undefined) {
      c.header('retry-after', String(seconds));
      throw new ServerError(
        429,
        'behind',
        `the engine is behind with what has been sent: nothing of this was stored, send it again in ${seconds} s`,
      );
    }
    await next();
  };

/** Libraries for browsers write the key into the body. Whoever has a key may have written it anywhere. */
const inBody = /"writeKey"\s*:\s*"([^"\\]{1,200})"/;

async function keyOf(c: Context<Env>, text: string, keys: WriteKeys): Promise<string> {
  const shown = c.get('writeKey');
  if (shown !== undefined) return shown;
  const key = inBody.exec(text)?.[1];
  if (!key || !(await keys.isKnown(key))) throw unknownKey(c);
  return key;
}

function unknownKey(c: Context<Env>): ServerError {
  c.header('www-authenticate', 'Basic realm="OSICAM write key"');
  return new ServerError(
    401,
    'unauthenticated',
    'expected a write key of this installation as the user name of Basic authentication, or as writeKey in the body',
  );
}

/**
 * The calls of a body of which at least one can be taken in. A bad one among good ones costs them nothing: its client would
 * not send them again. It is accepted with them, and set aside with its error when the engine comes to it.
 */
function soundOnes(kind: RequestKind, text: string): readonly CallRead[] {
  const { calls } = readBody(kind, text);
  if (calls.some((call) => typeof call !== 'string')) return calls;
  const problems = refusals(calls).map(
    ({ path, message }): Problem => ({ level: 'error', code: 'call', path, message }),
  );
  const [first] = problems;
  throw new ServerError(400, 'invalid', `nothing was stored: ${first?.path ?? ''} ${first?.message}`, problems);
}

function readBody(kind: RequestKind, text: string): ReturnType<typeof readCalls> {
  try {
    return readCalls(kind, text);
  } catch (error) {
    if (!(error instanceof BodyError)) throw error;
    throw new ServerError(400, 'invalid', `nothing was stored: ${error.message}`);
  }
}

const refusals = (calls: readonly CallRead[]): { path: string; message: string }[] =>
  calls.flatMap((call, i) =>
    typeof call === 'string' ? [{ path: calls.length === 1 ? 'body' : `batch[${i}]`, message: call }] : [],
  );

function describe(app: App, path: string, kind: RequestKind): void {
  const schema = kind === 'batch' ? batchShape : callShape;
  app.openAPIRegistry.registerPath({
    method: 'post',
    path: `/v1/${path}`,
    tags: ['Ingestion'],
    summary: `Segment's ${kind} call${path.length > 1 ? '' : ', as its library for browsers sends it'}`,
    security: [{ writeKey: [] }],
    request: { body: { required: true, content: { 'application/json': { schema } } } },
    responses: {
      200: { description: 'On disk', content: { 'application/json': { schema: acceptedShape } } },
      ...errorResponses([400, 401, 413, 415, 429, 503]),
    },
  });
}
