import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { z } from '@hono/zod-openapi';
import type { Context, MiddlewareHandler } from 'hono';
import { auth as basicAuth } from 'hono/utils/basic-auth';
import type { Problem } from '../../loop/problem.ts';
import type { App, Env } from '../endpoint.ts';
import { check, errorResponses, limitBody } from '../endpoint.ts';
import { parseJson } from '../parse-json.ts';
import type { IngestedRecord, ServerPorts } from '../ports.ts';
import { ServerError } from '../server-error.ts';
import type { WriteKeys } from '../write-keys.ts';
import { toRecord } from './to-record.ts';
import type { CallType, TrackingCall } from './tracking-call.ts';
import { batchShape, callShape, callTypes } from './tracking-call.ts';

const maxCall = 32 * 1024;
const maxBatch = 500 * 1024;
const successShape = z.object({ success: z.literal(true) });

/** Segment's HTTP tracking API, so that its official clients work unchanged. Answers once everything is stored. */
export function ingestRoutes(app: App, { ingest, clock }: ServerPorts, keys: WriteKeys): void {
  app.use('/v1/*', requireWriteKey(keys));
  const store = (calls: readonly Call[]) =>
    ingest.record(records(calls, { now: clock.read().now, categoryOf: (event) => ingest.categoryOf(event) }));

  for (const type of callTypes) {
    describe(app, type, callShape);
    app.post(`/v1/${type}`, limitBody(maxCall), async (c) => {
      const call = check(callShape, parseJson(await bodyText(c, maxCall)), 'body');
      await store([{ type, call, path: '' }]);
      return c.json({ success: true });
    });
  }

  describe(app, 'batch', batchShape);
  app.post('/v1/batch', limitBody(maxBatch), async (c) => {
    const text = await bodyText(c, maxBatch);
    const { batch, sentAt } = check(batchShape, parseJson(text), 'body');
    const calls = batch.map(({ type, ...call }, i) => ({
      type,
      call: { ...call, sentAt: call.sentAt ?? sentAt },
      path: `batch[${i}]`,
    }));
    if (text.length > maxCall) refuseLongCalls(calls);
    await store(calls);
    return c.json({ success: true });
  });
}

interface Call {
  type: CallType;
  call: TrackingCall;
  path: string;
}

/** All or none: half a batch taken would be a batch that its client can neither repeat nor mend. */
function records(calls: readonly Call[], engine: Parameters<typeof toRecord>[2]): IngestedRecord[] {
  const problems: Problem[] = [];
  const taken: IngestedRecord[] = [];
  for (const { type, call, path } of calls) {
    const record = toRecord(type, call, engine);
    if (typeof record === 'string') problems.push({ level: 'error', code: 'call', path, message: record });
    else taken.push(record);
  }
  if (problems.length > 0)
    throw new ServerError(
      400,
      'invalid',
      `nothing was stored: ${problems[0]?.path ?? ''} ${problems[0]?.message}`,
      problems,
    );
  return taken;
}

function refuseLongCalls(calls: readonly Call[]): void {
  for (const { call, path } of calls)
    if (JSON.stringify(call).length > maxCall)
      throw new ServerError(
        413,
        'too-large',
        `expected calls of at most ${maxCall} bytes, ${path} is longer: nothing was stored`,
      );
}

/** The write key is the Basic user name, its password empty. Checked before a byte of the body is read. */
const requireWriteKey =
  (keys: WriteKeys): MiddlewareHandler<Env> =>
  async (c, next) => {
    const key = basicAuth(c.req.raw)?.username;
    if (!key || !(await keys.isKnown(key))) {
      c.header('www-authenticate', 'Basic realm="OSICAM write key"');
      throw new ServerError(401, 'unauthenticated', 'expected a write key as the user name of Basic authentication');
    }
    await next();
  };

/** Some of Segment's clients compress; what they send must not grow beyond the limit when it is opened. */
async function bodyText(c: Context<Env>, maxOutputLength: number): Promise<string> {
  const encoding = c.req.header('content-encoding');
  if (!encoding || encoding === 'identity') return c.req.text();
  if (encoding !== 'gzip')
    throw new ServerError(415, 'media-type', `expected gzip or no content encoding, got ${encoding}`);
  try {
    return (await promisify(gunzip)(await c.req.arrayBuffer(), { maxOutputLength })).toString();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      throw new ServerError(413, 'too-large', `expected a body of at most ${maxOutputLength} bytes when opened`);
    throw new ServerError(400, 'invalid', `expected gzip: ${(error as Error).message}`);
  }
}

function describe(app: App, name: string, schema: z.ZodType): void {
  app.openAPIRegistry.registerPath({
    method: 'post',
    path: `/v1/${name}`,
    tags: ['Ingestion'],
    summary: `Segment's ${name} call`,
    security: [{ writeKey: [] }],
    request: { body: { required: true, content: { 'application/json': { schema } } } },
    responses: {
      200: { description: 'Stored', content: { 'application/json': { schema: successShape } } },
      ...errorResponses([400, 401, 413, 415]),
    },
  });
}
