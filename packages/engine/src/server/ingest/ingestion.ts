import type { Problem } from '../../loop/problem.ts';
import type { ServerPorts } from '../ports.ts';
import { ServerError } from '../server-error.ts';
import type { WriteKeys } from '../write-keys.ts';
import type { CallRead, RequestKind } from './read-calls.ts';
import { BodyError, maxBatch, maxCall, readCalls } from './read-calls.ts';
import { callTypes } from './tracking-call.ts';

/** The addresses of the calls: those of the HTTP API, and the first letters that Segment's library for browsers uses. */
export const addresses: ReadonlyMap<string, RequestKind> = new Map<string, RequestKind>([
  ...callTypes.flatMap((type): [string, RequestKind][] => [
    [`/v1/${type}`, type],
    [`/v1/${type.slice(0, 1)}`, type],
  ]),
  ['/v1/batch', 'batch'],
  ['/v1/b', 'batch'],
  ['/v1/import', 'batch'],
]);

export const mostBytes = (kind: RequestKind): number => (kind === 'batch' ? maxBatch : maxCall);

export interface Accepted {
  success: true;
  rejected?: { path: string; message: string }[];
}

/** How long a key that was shown is known without asking again, in milliseconds, and how many are. */
const knownFor = 5_000;
const mostKnown = 1_000;

/** Libraries for browsers write the key into the body. Whoever has a key may have written it anywhere. */
const inBody = /"writeKey"\s*:\s*"([^"\\]{1,200})"/;

/** What is done with a request of a tracking client, however it came. */
export class Ingestion {
  readonly #ports: Pick<ServerPorts, 'ingest' | 'clock'>;
  readonly #keys: WriteKeys;
  readonly #known = new Map<string, { key: string; until: number }>();

  constructor(ports: Pick<ServerPorts, 'ingest' | 'clock'>, keys: WriteKeys) {
    this.#ports = ports;
    this.#keys = keys;
  }

  /**
   * Asked before a byte of the body is read: whoever shows a key that was never given out is refused, and while the engine is
   * behind everybody is told to come again. The key, where one was shown; else it is to be in the body.
   */
  async admit(authorization: string | undefined): Promise<string | undefined> {
    const key = authorization === undefined ? undefined : await this.#keyOf(authorization);
    const seconds = this.#ports.ingest.holdOff();
    if (seconds !== undefined) throw new HoldOffError(seconds);
    return key;
  }

  async #keyOf(authorization: string): Promise<string> {
    const now = performance.now();
    const known = this.#known.get(authorization);
    if (known && known.until > now) return known.key;
    const [, packed = ''] = /^Basic +([\w+/-]+=*) *$/i.exec(authorization) ?? [];
    const [key = ''] = Buffer.from(packed, 'base64').toString().split(':', 1);
    if (!key || !(await this.#keys.isKnown(key))) throw unknownKey();
    if (this.#known.size >= mostKnown) this.#known.clear();
    this.#known.set(authorization, { key, until: now + knownFor });
    return key;
  }

  /** Reads a body and keeps it: on disk when the promise settles. */
  async take(kind: RequestKind, text: string, shown: string | undefined): Promise<Accepted> {
    const key = shown ?? inBody.exec(text)?.[1];
    if (!key || (shown === undefined && !(await this.#keys.isKnown(key)))) throw unknownKey();
    const calls = soundOnes(kind, text);
    await this.#ports.ingest.accept({
      kind,
      calls: calls.length,
      // A secret is not written down; only its digest is kept.
      body: text.includes(key) ? text.replaceAll(key, '') : text,
      receivedAt: this.#ports.clock.read().now,
    });
    const rejected = refusals(calls);
    return rejected.length === 0 ? { success: true } : { success: true, rejected };
  }
}

/** The engine is too far behind to take more. */
export class HoldOffError extends ServerError {
  readonly seconds: number;
  constructor(seconds: number) {
    super(
      429,
      'behind',
      `the engine is behind with what has been sent: nothing of this was stored, send it again in ${seconds} s`,
    );
    this.seconds = seconds;
  }
}

const unknownKey = () =>
  new ServerError(
    401,
    'unauthenticated',
    'expected a write key of this installation as the user name of Basic authentication, or as writeKey in the body',
  );

/** What goes with an error beside its text. */
export function headersOf(error: unknown): Record<string, string> {
  if (error instanceof HoldOffError) return { 'retry-after': String(error.seconds) };
  if (error instanceof ServerError && error.status === 401)
    return { 'www-authenticate': 'Basic realm="OSICAM write key"' };
  return {};
}

/**
 * The calls of a body of which at least one can be taken in. A bad one among good ones costs them nothing: its client would
 * not send them again. It is accepted with them, and set aside with its error when the engine comes to it.
 */
function soundOnes(kind: RequestKind, text: string): readonly CallRead[] {
  const calls = readBody(kind, text);
  if (calls.some((call) => typeof call !== 'string')) return calls;
  const problems = refusals(calls).map(
    ({ path, message }): Problem => ({ level: 'error', code: 'call', path, message }),
  );
  const [first] = problems;
  throw new ServerError(400, 'invalid', `nothing was stored: ${first?.path ?? ''} ${first?.message}`, problems);
}

function readBody(kind: RequestKind, text: string): readonly CallRead[] {
  try {
    return readCalls(kind, text).calls;
  } catch (error) {
    if (!(error instanceof BodyError)) throw error;
    throw new ServerError(400, 'invalid', `nothing was stored: ${error.message}`);
  }
}

const refusals = (calls: readonly CallRead[]): { path: string; message: string }[] =>
  calls.flatMap((call, i) =>
    typeof call === 'string' ? [{ path: calls.length === 1 ? 'body' : `batch[${i}]`, message: call }] : [],
  );
