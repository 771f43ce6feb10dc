import { parseBody, whyUnstorable } from './parse-body.ts';
import type { CallType, TrackingCall } from './tracking-call.ts';
import { callTypes, isCallType, isSound, whyMeaningless, whyUnsound } from './tracking-call.ts';

/** Segment's limits, in bytes and calls. */
export const maxCall = 32 * 1024;
export const maxBatch = 500 * 1024;
export const maxCalls = 2_500;

/** What a request's body is: one call of a type, or many of their own types. */
export type RequestKind = CallType | 'batch';

/** A call that can be taken in; or why it cannot. */
export type CallRead = { type: CallType; call: TrackingCall } | string;

export interface BodyRead {
  calls: readonly CallRead[];
  /** What each call is as it came, for whoever sets one aside. */
  given: readonly unknown[];
  /** When the client sent a batch, by its own clock. */
  sentAt: string | undefined;
}

/** A body that holds no calls at all, in words. */
export class BodyError extends Error {
  override name = 'BodyError';
}

/**
 * Reads the body of a request, each call for itself: one that cannot be taken in takes no other with it. The server reads it
 * before it answers and the engine once more before it works it in, with the same outcome.
 */
export function readCalls(kind: RequestKind, text: string): BodyRead {
  const body = parse(text);
  if (kind !== 'batch') return { calls: [readCall(kind, body, false)], given: [body], sentAt: undefined };
  if (typeof body !== 'object' || body === null || !Array.isArray((body as { batch?: unknown }).batch))
    throw new BodyError(`expected an object with calls in batch, got ${nameOf(body)}`);
  const { batch, sentAt } = body as { batch: unknown[]; sentAt?: unknown };
  if (batch.length === 0 || batch.length > maxCalls)
    throw new BodyError(`expected 1 to ${maxCalls} calls in batch, got ${batch.length}`);
  const long = text.length > maxCall / 3;
  return {
    calls: batch.map((each) => {
      const type = (each as { type?: unknown } | null)?.type;
      return isCallType(type)
        ? readCall(type, each, long)
        : `type: expected ${callTypes.join(', ')}, got ${JSON.stringify(type)}`;
    }),
    given: batch,
    sentAt: isSound({ sentAt }) ? ((sentAt ?? undefined) as string | undefined) : undefined,
  };
}

function parse(text: string): unknown {
  try {
    return parseBody(text);
  } catch (error) {
    throw new BodyError(`expected JSON: ${(error as Error).message}`);
  }
}

function readCall(type: CallType, call: unknown, mayBeLong: boolean): CallRead {
  if (!isSound(call)) return whyUnsound(call);
  const why = whyUnstorable(call) ?? (mayBeLong ? whyTooLong(call) : undefined) ?? whyMeaningless(type, call);
  return why ?? { type, call };
}

/** Within a batch each call has its own limit. To write each once more would cost as much as to read it: only one that may be too long is. */
function whyTooLong(call: object): string | undefined {
  if (sizeAtMost(call) <= maxCall) return undefined;
  const bytes = Buffer.byteLength(JSON.stringify(call));
  return bytes > maxCall ? `expected calls of at most ${maxCall} bytes, got ${bytes}` : undefined;
}

/** No less than the value has bytes as JSON. */
function sizeAtMost(value: unknown): number {
  // Six bytes are the most that one unit of a text takes: \u001f.
  if (typeof value === 'string') return value.length * 6 + 2;
  if (typeof value !== 'object' || value === null) return 25;
  let size = 2;
  for (const [key, each] of Object.entries(value)) size += key.length * 6 + 4 + sizeAtMost(each);
  return size;
}

const nameOf = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'one without' : typeof value;
