import type { RuleGroup } from '../rule/rule.ts';
import type { Customer, CustomerEvent } from './customer.ts';

export interface Log {
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
}

/** What every node is given. `now` is the engine's clock in epoch milliseconds: live, accelerated or virtual. */
export interface NodeContext<S> {
  readonly settings: S;
  readonly now: number;
  readonly log: Log;
  /** Aborted when the engine stops or the node has used up its time. */
  readonly signal: AbortSignal;
}

/** Reading from the customer base, a batch at a time. */
/** Two who may be one, by what is known of them. `customer` is the smaller id. */
export interface Alike {
  readonly customer: number;
  readonly other: number;
  /** How certain it is that they are one, between 0 and 1. */
  readonly score: number;
  readonly why: string;
  /** Certain enough to be merged, as the installation's policy has it, and nothing contradicts it. */
  readonly certain: boolean;
}

export interface CustomerReader {
  /**
   * Events of one type per customer id, oldest first; a customer without any is absent. `since` and `until` count
   * themselves; without them, all there are.
   */
  events(
    customers: readonly number[],
    query: { type: string; since?: number; until?: number },
  ): Promise<Map<number, CustomerEvent[]>>;
  /** Who is known by these values of a kind of identity: value → customer id, after merges; unknown values left out. */
  findByIdentity(kind: string, values: readonly string[]): Promise<Map<string, number>>;
  /** Who in the whole base may be one with one of these customers, or two of them with each other: the most certain first. */
  alike(customers: readonly number[]): Promise<readonly Alike[]>;
  /** The customers with these traits' current values, absent ids left out. */
  customers(ids: readonly number[]): Promise<Map<number, Customer>>;
  /**
   * Cut points of a measure over all customers who have such an event: recency in milliseconds before now, frequency as
   * a count, monetary as the sum of `property`. `probabilities` within 0 to 1, ascending; the answer has as many numbers,
   * by nearest rank: of n values in order, the one at place ⌈p·n⌉, or the first. Zeros when nobody has such an event.
   */
  quantiles(query: {
    event: string;
    measure: 'recency' | 'frequency' | 'monetary';
    property?: string;
    since?: number;
    probabilities: readonly number[];
  }): Promise<number[]>;
}

/** A batch of customers that stand at the node, in their turn. */
export interface BatchContext<S> extends NodeContext<S> {
  readonly batch: readonly Customer[];
  readonly read: CustomerReader;
}

/** `zone`: the installation's time zone, for customers who have none of their own: see `zoneOf`. */
export interface WaitContext<S> extends NodeContext<S> {
  readonly zone: string;
}

/** A batch of customers who begin to wait. */
export interface DueContext<S> extends BatchContext<S> {
  readonly zone: string;
}

/** What became of the customers who left a node by one port in one turn. Sums are over customers, money in minor units. */
export interface ArmOutcome {
  port: string;
  customers: number;
  /** Of these, those whose time for the goal is not over yet. */
  open: number;
  converted: number;
  value: { sum: number; sumOfSquares: number };
  /** Messages sent to them since, and what those cost. */
  messages: number;
  cost: number;
}

/** The population of a loop version as a report sees it. */
export interface Population {
  /** Counts a node in one turn: who came to it, and by which port those left who have left. */
  nodes(
    turn: number,
  ): Promise<{ id: string; type: string; label: string; entered: number; ports: Record<string, number> }[]>;
  /**
   * Per port of a node: how many left by it in a turn, how many of them had the goal event within so many milliseconds
   * after, and what it was worth. `by` splits further by the value of a trait (its text, `''` when missing).
   */
  outcomes(query: {
    node: string;
    turn: number;
    goal: { event: string; where?: RuleGroup; within: number; valueProperty?: string };
    by?: string;
  }): Promise<(ArmOutcome & { group?: string })[]>;
  /** Messages of this loop version in a turn, by node and status. */
  messages(turn: number): Promise<{ node: string; status: string; count: number; cost: number }[]>;
}
