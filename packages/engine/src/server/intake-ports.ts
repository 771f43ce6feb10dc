import type { Identity } from '../plugin/customer.ts';
import type { SourceRecord } from '../plugin/node-type.ts';
import type { Hook } from './shapes/hook.ts';

/** One call of a tracking client. */
export interface IngestedRecord extends SourceRecord {
  /** Makes the call idempotent. */
  readonly messageId: string;
  /** When it happened, corrected for the client's clock where it told. */
  readonly time: number;
  /** It is known by its message id alone: no event comes of it, or one whose time is that of its arrival. */
  readonly once?: boolean;
  /** An alias: whoever is known by one of these is the same party, and is merged in. */
  readonly sameAs?: readonly Identity[];
}

/** A request of a tracking client that can be taken in. */
export interface AcceptedRequest {
  /** How its body is to be read: which of Segment's calls it is, `batch`, or `records` that have been read already. */
  kind: string;
  /** How many calls it holds. */
  calls: number;
  body: string;
  /** The engine's clock when it came. */
  receivedAt: number;
}

/** A call that could not be worked in, until somebody retries or discards it. */
export interface CallAside {
  id: number;
  receivedAt: number;
  at: number;
  error: string;
  kind: string;
  body: string;
}

export interface IngestPort {
  /** In how many seconds to come again, while the engine is too far behind to take more; undefined while there is room. */
  holdOff(): number | undefined;
  /** On disk when the promise settles; worked in when the engine comes to it. */
  accept(request: AcceptedRequest): Promise<void>;
  /** What waits, and since when. */
  state(): Promise<{ waiting: number; oldest: number | undefined; aside: number }>;
  /** Calls that were set aside, the latest first. */
  aside(page: { before?: number; limit: number }): Promise<readonly CallAside[]>;
  /** Accepts calls that were set aside once more, all of them unless told which. How many. */
  retry(ids?: readonly number[]): Promise<number>;
  discard(ids: readonly number[]): Promise<number>;
}

export interface StoredHook extends Omit<Hook, 'signed'> {
  readonly secret: string | null;
}

/** Addresses that other systems send to. */
export interface HooksPort {
  list(): Promise<readonly StoredHook[]>;
  /** A new one, or all of one but when it was made and used. */
  save(hook: Omit<StoredHook, 'usedAt'>): Promise<void>;
  /** False if there is none. */
  remove(id: string): Promise<boolean>;
  /** Something was taken in by it. */
  used(id: string, at: number): void;
}
