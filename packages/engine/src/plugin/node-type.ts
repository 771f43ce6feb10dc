import type { z } from 'zod';
import type { Stage } from '../loop/loop.ts';
import type { RuleGroup } from '../rule/rule.ts';
import type { BatchContext, CustomerReader, DueContext, NodeContext, Population, WaitContext } from './contexts.ts';
import type { Consent, Customer, CustomerEvent, Identity, Merge, Patch, Proposed, Relationship } from './customer.ts';
import type { Json, JsonObject } from './json.ts';
import type { ValueType } from './mapping/read-value.ts';

/** A named way out of a node. A terminal port ends the enrollment and takes no edge. */
export interface Port {
  readonly id: string;
  readonly title?: string;
  readonly terminal?: boolean;
}

/** Something wrong with a node's settings that its schema cannot say. `path` is relative to the settings, as `['cases', 0, 'when']`. */
export interface SettingsProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

interface Described<S> {
  /** `<plugin>/<node>`. */
  readonly type: string;
  readonly stage: Stage;
  readonly title: string;
  /** One or two sentences for the palette, in a business user's words. */
  readonly description: string;
  /** A zod object; form, docs and checks derive from it. */
  readonly settings: z.ZodType<S>;
  /** In their order on the canvas. Left out: one port named `done`. */
  readonly ports?: readonly Port[] | ((settings: S) => readonly Port[]);
  readonly check?: (settings: S) => readonly SettingsProblem[];
}

/** One party as a source tells of it. */
export interface SourceRecord {
  readonly identities: readonly Identity[];
  readonly traits: Readonly<JsonObject>;
  readonly events?: readonly CustomerEvent[];
  readonly consents?: readonly Consent[];
  readonly relationships?: readonly Relationship[];
  /** Where it stands in its source, from 1, so that a refusal can name it. */
  readonly line?: number;
}

/** A row that could not become a record. `line` counts from 1. */
export interface Reject {
  readonly line: number;
  readonly reason: string;
  readonly text: string;
}

export interface SourceChunk {
  readonly records: readonly SourceRecord[];
  readonly rejects?: readonly Reject[];
  /** Values that did not fit the type of their column and were kept as text: column → how many. */
  readonly misfits?: Readonly<Record<string, number>>;
  /** Where to go on after this chunk; handed back as `cursor`. */
  readonly cursor: Json;
  /** Between 0 and 1, where the source can tell. */
  readonly progress?: number;
}

/** How a source will read one of its columns. */
export interface SourceColumn {
  readonly name: string;
  readonly type: ValueType;
  /** The trait that it becomes; absent when it becomes none. */
  readonly trait?: string;
  /** The kind of identity that it is. */
  readonly identity?: string;
  /** Of dates: how they are written. */
  readonly format?: string;
  readonly zone?: string;
  /** Of money. */
  readonly currency?: string;
  /** All that becomes of it, in a few words each; empty when it is left out. */
  readonly becomes: readonly string[];
  /** How many of the sample have no value. */
  readonly missing: number;
  /** How many different values the sample has. */
  readonly distinct: number;
  /** How its values are written if they are dates that ISO 8601 does not write so; several where day and month look alike. */
  readonly dates?: readonly string[];
  /** A few different values of it, as they stand in the sample. */
  readonly examples: readonly string[];
}

/** What a source will make of its input, told from a sample before anything is imported. */
export interface SourcePreview {
  readonly columns: readonly SourceColumn[];
  /** How many rows the sample has. */
  readonly rows: number;
  /** The column whose values identify a customer. */
  readonly key?: string;
  /** In a few words, as `CSV, separated by ";", windows-1252`. */
  readonly format: string;
  /** Why nothing can be read as it is set, though its columns are known: as that none of them identifies a customer. */
  readonly problem?: string;
  /** The first records as they would be imported. */
  readonly records?: readonly SourceRecord[];
  /** Rows of the sample that would be refused: the first, and how many in all. */
  readonly rejects?: readonly Reject[];
  readonly refused?: number;
  /** Values of the sample that do not fit their column's type and would stay as they are written. */
  readonly misfits?: Readonly<Record<string, number>>;
}

/** Whether somebody whose enrollment has ended may enter once more: never, always, or `after` so many milliseconds since it entered. */
export type Reentry = 'never' | 'always' | { readonly after: number };

/**
 * Who enters a loop here, and on what. Without `key` a customer is in a loop once at a time; `key` names the property of
 * the event that tells several enrollments of one customer apart, as the id of a cart, and `again` counts by it too.
 */
export type Entry = { readonly again?: Reentry } & (
  | { readonly on: 'records' }
  | { readonly on: 'event'; readonly event: string; readonly where?: RuleGroup; readonly key?: string }
  /** At the instant that a customer comes into a named segment, or goes out of it. */
  | { readonly on: 'segment'; readonly segment: string; readonly when: 'entered' | 'left' }
  /** Whoever the rule is true of whenever the cron expression comes due in a time zone; without a rule, everybody. */
  | { readonly on: 'schedule'; readonly cron: string; readonly zone?: string; readonly who?: RuleGroup }
  /** Only those whom another system names. */
  | { readonly on: 'call' }
);

export interface SourceContext<S> extends NodeContext<S> {
  readonly cursor: Json | undefined;
  /** Folder that relative paths of the settings start from. */
  readonly folder: string;
  /** Databases by the names that settings call them by: their addresses, with passwords, are the installation's. */
  readonly connections?: Readonly<Record<string, string>>;
}

/** Collect: brings customers and events in, and says who enters the loop. */
export interface SourceType<S = unknown> extends Described<S> {
  readonly contract: 'source';
  readonly entry: (settings: S) => Entry;
  readonly read?: (context: SourceContext<S>) => AsyncIterable<SourceChunk>;
  /**
   * How often a source that goes on for ever is read on from its cursor, in milliseconds; undefined for one that is read when
   * somebody asks. What its first reading brings is history; events of later ones happen as they are read.
   */
  readonly polls?: (settings: S) => number | undefined;
  readonly preview?: (context: SourceContext<S>) => Promise<SourcePreview>;
}

/**
 * How a router parts its customers. `rules` and `shares` run as one set-based statement whatever the number of customers;
 * `each` is asked a batch at a time and answers a port per customer, in the batch's order.
 */
export type Route<S = unknown> =
  | {
      readonly by: 'rules';
      readonly cases: readonly { readonly port: string; readonly when: RuleGroup }[];
      readonly otherwise: string;
    }
  /** Sticky: the same customer and the same key always give the same share. Shares are weights; they need not sum to 1. */
  | {
      readonly by: 'shares';
      readonly key: string;
      readonly shares: readonly { readonly port: string; readonly weight: number }[];
    }
  | {
      readonly by: 'each';
      readonly choose: (context: BatchContext<S>) => readonly string[] | Promise<readonly string[]>;
    };

/** Where a node stands, the same in every version of the loop: what a sticky share is keyed by when its author names no key. */
export interface Place {
  readonly loop: string;
  readonly node: string;
}

/** Segment, flow: sends each customer out by one port, and changes nothing. */
export interface RouterType<S = unknown> extends Described<S> {
  readonly contract: 'router';
  readonly route: (settings: S, place: Place) => Route<S>;
}

export interface Written {
  readonly patches?: readonly Patch[];
  readonly merges?: readonly Merge[];
  /** Two who may be one, for somebody to decide. What has been decided of them stays so. */
  readonly proposals?: readonly Proposed[];
  /** Customer id → port; who is not named leaves by the first port. */
  readonly ports?: ReadonlyMap<number, string>;
}

/** Organize, aliment: changes what is known of customers. */
export interface WriterType<S = unknown> extends Described<S> {
  readonly contract: 'writer';
  readonly handle: (context: BatchContext<S>) => Written | Promise<Written>;
}

/** A message as it will go out. `body` is the channel's own; `cost` in minor units. */
export interface Message {
  readonly address: string;
  readonly body: JsonObject;
  readonly cost?: number;
}

/** Why somebody is not written to. */
export interface Suppression {
  readonly suppressed: string;
}

/** Where a customer can say what they want to receive. Left out where the installation has no public address. */
export interface PermissionLinks {
  readonly preferences: string;
  /** Refuses what this message is for, where a refusal is heeded; else the same as `preferences`. */
  readonly unsubscribe: string;
}

export interface ComposeContext<S> extends NodeContext<S> {
  readonly customer: Customer;
  readonly turn: number;
  readonly loop: { readonly id: string; readonly name: string };
  readonly links?: PermissionLinks;
}

/** A message on its way out. `key` is the same at every attempt: a receiver that knows it can drop a repetition. */
export interface OutgoingMessage extends Message {
  readonly key: string;
  readonly attempt: number;
  /**
   * `unsubscribe`: for the channel's own way to refuse what this message is for, as the header of a mail; only where a
   * refusal is heeded. `confirm`: of a message that asks for a consent, the link by which it is given. It is made for this
   * attempt and is stored nowhere.
   */
  readonly links?: { readonly unsubscribe?: string; readonly confirm?: string };
}

/** sent: accepted by the other side. failed: refused for good. retry: refused for now. unknown: nobody can tell. */
export interface Receipt {
  readonly status: 'sent' | 'failed' | 'retry' | 'unknown';
  readonly detail?: string;
  /** With `retry`: not before so many milliseconds. */
  readonly after?: number;
  /**
   * That it is for the address that the message was not taken: hard, because nothing will ever reach it, soft, because
   * nothing does at present. Left out for any other reason.
   */
  readonly bounce?: 'hard' | 'soft';
}

/** An open way to the outside. A thrown error counts as `retry` (at least once) or `unknown` (at most once). */
export interface Transport<S = unknown> {
  /** How many deliveries it can have under way at once, where that is not what its node type says: as many as it has connections. */
  readonly concurrency?: number;
  /** Whether the other side answers at all. Throws if not, saying what was expected and what came. Asked before a run begins. */
  verify?(): Promise<void>;
  deliver(message: OutgoingMessage, context: NodeContext<S>): Promise<Receipt>;
  close?(): Promise<void> | void;
}

export interface ConnectContext {
  /** What the installation's configuration holds for this node type, unchecked. */
  readonly config: unknown;
  /** A folder that the channel may write to. */
  readonly folder: string;
  readonly log: Log;
}
type Log = NodeContext<unknown>['log'];

/** Interact: composes a message a customer, then delivers it from the outbox. Its ports are sent, failed and suppressed unless it names others. */
export interface ChannelType<S = unknown> extends Described<S> {
  readonly contract: 'channel';
  /** What happens when a process dies in the middle of a delivery: sent again with the same key, or never again. */
  readonly delivery: 'at-least-once' | 'at-most-once';
  /** How many deliveries may be under way at once. */
  readonly concurrency?: number;
  /** Another channel whose way out it shares: its configuration, its rate, its `connect`. Left out for one of its own. */
  readonly via?: string;
  readonly compose: (context: ComposeContext<S>) => Message | Suppression | Promise<Message | Suppression>;
  readonly connect: (context: ConnectContext) => Transport<S> | Promise<Transport<S>>;
  /**
   * What the contact policy goes by at the moment of sending: the channel as consents name it, and what for. Left out for
   * what does not reach a customer, as a call of another system: then no policy holds it back.
   */
  readonly contact?: (settings: S) => Contact;
}

/**
 * A contact with a customer. `consent`: what must stand at the moment of sending; `marketing` is what open complaints hold
 * back. `asked`: the message itself asks for this consent; it goes to whoever has neither agreed nor refused, and has a
 * `links.confirm`.
 */
export interface Contact {
  readonly channel: string;
  readonly purpose: string;
  readonly consent: 'given' | 'notRefused' | 'notNeeded' | 'asked';
}

/**
 * Until when, for what, and by which port each end leaves. An instant in the past ends the wait at once. Whichever end comes
 * first decides, by the engine's clock: an event that is told of when the time is up comes too late, whatever its own time.
 */
export interface Wait {
  /** `at` in epoch milliseconds. Where `WaitType.due` is there it gives each customer's own instant, and this one only the port. */
  readonly until?: { readonly at: number; readonly port: string };
  /**
   * `key`: a property that must equal the key of a keyed enrollment, so that the paying of one cart does not end the wait
   * for another. Enrollments without a key take any.
   */
  readonly events?: readonly {
    readonly type: string;
    readonly where?: RuleGroup;
    readonly key?: string;
    readonly port: string;
  }[];
  /** Until the customer is in a named segment, or out of it. Who is so already does not wait. */
  readonly segments?: readonly { readonly segment: string; readonly when: 'entered' | 'left'; readonly port: string }[];
  /** `turn`: an event from before the wait counts too, if this turn of the customer had begun; `entry`: if it was in the loop. Default `arrival`. */
  readonly since?: 'arrival' | 'turn' | 'entry';
  /** What comes during the wait but happened, by its own time, before what `since` says. Default `counts`. */
  readonly late?: 'counts' | 'ignored';
}

/** When a customer's own wait ends, or by which port it leaves without waiting. */
export type Due = { readonly at: number } | { readonly port: string };

/** Collect, flow: holds customers until an instant, an event or a segment. */
export interface WaitType<S = unknown> extends Described<S> {
  readonly contract: 'wait';
  /** Asked once for all who arrive together, and again whenever some of them may go on. */
  readonly wait: (context: WaitContext<S>) => Wait;
  /** For a node whose instant is each customer's own, as the date of a trait: asked a batch at a time, one answer a customer in its order. */
  readonly due?: (context: DueContext<S>) => readonly Due[] | Promise<readonly Due[]>;
  /**
   * Whether a customer may leave without having waited at all, and again as soon as it is back, as through a window that is
   * open: then a cycle needs another wait besides. Default no.
   */
  readonly passes?: boolean | ((settings: S) => boolean);
}

/** A setting of another node that the next turn should run with. */
export interface Proposal {
  readonly node: string;
  /** Into the node's settings, as `['arms', 0, 'weight']`. */
  readonly path: readonly (string | number)[];
  readonly value: Json;
  readonly why: string;
}

export interface Report {
  readonly figures: JsonObject;
  readonly proposals?: readonly Proposal[];
  /** Take the proposals from the next turn on, rather than only show them. */
  readonly take?: boolean;
}

export interface ReportContext<S> extends NodeContext<S> {
  readonly turn: number;
  readonly population: Population;
  /** What another node of the loop was set to in this turn, parsed: a proposal starts from it. */
  readonly settingsOf: (node: string) => Readonly<Record<string, unknown>> | undefined;
}

/** Measure: lets customers through, and works out figures a turn once those due have come. */
export interface ReportType<S = unknown> extends Described<S> {
  readonly contract: 'report';
  readonly report: (context: ReportContext<S>) => Promise<Report>;
}

export type NodeType<S = unknown> =
  | SourceType<S>
  | RouterType<S>
  | WriterType<S>
  | ChannelType<S>
  | WaitType<S>
  | ReportType<S>;
export type Contract = NodeType['contract'];
export type { CustomerReader };
