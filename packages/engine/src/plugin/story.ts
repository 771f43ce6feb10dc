import type { RuleGroup } from '../rule/rule.ts';
import type { CustomerEvent, Identity } from './customer.ts';
import type { Log } from './contexts.ts';
import type { Json, JsonObject } from './json.ts';
import type { Transport } from './node-type.ts';

/** An event about whoever is known by these keys, as the outside tells of it. */
export interface StoryEvent {
  readonly identities: readonly Identity[];
  readonly event: CustomerEvent;
}

/** A mail that the story's own mail server has taken. */
export interface StoryMail {
  readonly id: string;
  readonly to: string;
  readonly from: string;
  readonly subject: string;
  /** Engine time, epoch milliseconds. */
  readonly at: number;
  readonly text: string;
  readonly html: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

/** A named group of the story's customers. */
export interface StorySegment {
  readonly id: string;
  readonly name: string;
  readonly rule: RuleGroup;
}

/** What a story holds ready once its base is generated. */
export interface StoryBase {
  /** The loop document; its sources' paths are relative to `folder`. */
  readonly loop: unknown;
  readonly folder: string;
  /** What its departments call groups of customers. */
  readonly segments?: readonly StorySegment[];
  /** What had happened to the customers before the story begins, to be taken in after the sources. */
  history(): Iterable<readonly StoryEvent[]>;
  /** The outside world within the process, on the engine's own clock. */
  world(): StoryWorld;
  /** The outside world over the wire: a mail server, the operator's systems, customers who answer by the ingestion API. */
  live(context: LiveContext): Promise<LiveWorld>;
}

export interface StoryWorld {
  /** Stand in for the node types of these names. */
  readonly transports: Readonly<Record<string, Transport>>;
  nextDue(): number | undefined;
  /** What has happened up to an instant, oldest first; each told once. */
  take(until: number): readonly StoryEvent[];
  /** For one turn, what the world knows and the loop had to find out: printed beside the report of this turn. */
  truth(turn: number): JsonObject;
}

export interface LiveContext {
  /** Where the server of this installation listens, as `http://127.0.0.1:4100`. */
  readonly baseURL: string;
  readonly writeKey: string;
  /** A folder that call lists are written to. */
  readonly outFolder: string;
  /** The engine's clock. */
  now(): number;
  readonly log: Log;
}

export interface LiveWorld {
  /** What the channels of the installation need to reach this world, by node type. */
  readonly channels: Readonly<Record<string, Json>>;
  /** The mails, newest first. */
  mails(query: { after?: string; limit: number }): { mails: readonly StoryMail[]; total: number };
  mail(id: string): StoryMail | undefined;
  truth(turn: number): JsonObject;
  close(): Promise<void>;
}

/** A story that `osicam demo` can tell: what a package exports by default. */
export interface Story {
  readonly title: string;
  /** Makes (or finds again) the story's base in a folder. The same options give the same base. */
  prepare(options: { folder: string; customers: number; seed: number; now: number }): Promise<StoryBase>;
  readonly customers: number;
}
