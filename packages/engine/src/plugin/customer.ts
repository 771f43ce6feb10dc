import type { Category } from '../loop/loop.ts';
import type { Json, JsonObject } from './json.ts';

/** A key that a customer is known by: `email`, `phone`, `userId`, or any kind that a source declares. */
export interface Identity {
  kind: string;
  value: string;
}

/** One customer as a node sees it. */
export interface Customer {
  readonly id: number;
  readonly traits: Readonly<JsonObject>;
  readonly identities: readonly Identity[];
  /** What stands now, one for each channel and purpose that was ever decided. */
  readonly consents: readonly Consent[];
}

/** Something that happened to a customer. `time` is in epoch milliseconds. */
export interface CustomerEvent {
  readonly type: string;
  readonly category: Category;
  readonly time: number;
  readonly properties: Readonly<JsonObject>;
  /** Makes the event idempotent: one that is already known is not stored again. */
  readonly messageId?: string;
}

/** Permission per channel and purpose, with where it came from. */
export interface Consent {
  readonly channel: string;
  readonly purpose: string;
  readonly granted: boolean;
  readonly source: string;
  /** The form, mail or call that proves it. */
  readonly proof?: string;
  /** The version of the wording that was agreed to. */
  readonly textVersion?: string;
  /** Epoch milliseconds: when it was given or refused, where that is not now. */
  readonly at?: number;
}

/** That a customer belongs to a group: a household, an account, an employer, or any kind that a source declares. */
export interface Relationship {
  readonly kind: string;
  /** What the group is known by among those of its kind. */
  readonly key: string;
  /** What is known of the group itself; laid over what was known. */
  readonly traits?: Readonly<JsonObject>;
  /** Epoch milliseconds: since when; left out for now. */
  readonly from?: number;
  /** Until when, where it is over. A customer's relationship to another group of the same kind does not end it. */
  readonly to?: number;
}

/** What changes about one customer. A trait of `null` is taken away. */
export interface Patch {
  readonly customer: number;
  readonly traits?: Readonly<Record<string, Json>>;
  readonly identities?: readonly Identity[];
  readonly events?: readonly CustomerEvent[];
  readonly consents?: readonly Consent[];
  readonly relationships?: readonly Relationship[];
}

/** Two who may be one; `score` says how certain it is, between 0 and 1. */
export interface Proposed {
  readonly customer: number;
  readonly other: number;
  readonly score: number;
  readonly why: string;
}

/** `customer` is the same party as `into`, which keeps its own traits and gains those it lacks, the history and the identities. */
export interface Merge {
  readonly customer: number;
  readonly into: number;
  readonly why: string;
  /** How certain it is, between 0 and 1, where it was told by likeness. */
  readonly score?: number;
}
