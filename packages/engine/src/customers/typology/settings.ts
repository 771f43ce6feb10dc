import type { RuleGroup } from '../../rule/index.ts';

/** One thing by which customers are told apart. */
export type Feature =
  | { readonly kind: 'trait'; readonly name: string }
  /** How many events, the sum of a property over them, or how long ago the last of them was. */
  | {
      readonly kind: 'events';
      readonly event: string;
      readonly figure: 'count' | 'sum' | 'recency';
      /** For `sum`. */
      readonly property?: string;
      /** An ISO 8601 duration: the events of that time up to now; all where it is left out. */
      readonly within?: string;
    };

/** How a typology divides the customers. */
export type TypologySettings =
  /**
   * Recency, frequency and what was spent: the grid of ten groups over fifths of recency and frequency that direct marketing
   * uses (A. M. Hughes, Strategic Database Marketing, 1994), among those who have had such an event at all.
   */
  | { readonly method: 'rfm'; readonly event: string; readonly property?: string; readonly within?: string }
  /** Groups that lie together by what is known of them (k-means++), told apart by a tree that can be read. */
  | { readonly method: 'kmeans'; readonly features: readonly Feature[]; readonly groups?: number }
  /** Groups that differ most in how many of them a rule holds for: a decision tree. */
  | {
      readonly method: 'tree';
      readonly features: readonly Feature[];
      readonly target: RuleGroup;
      /** How many questions lead to a group at most. */
      readonly depth?: number;
    };

/** What a group is like, in one thing: its own figure beside that of all. */
export interface Trait {
  readonly label: string;
  /** The trait or the event that it is about. */
  readonly of: string;
  /** `mean` of a number (days for how long ago), or the `share` of those who have the value. */
  readonly is: 'mean' | 'share';
  readonly own: number;
  readonly all: number;
  /** How far the group lies from all, in standard deviations. */
  readonly distance: number;
}

export interface ProposedGroup {
  name: string;
  rule: RuleGroup;
  /** Of the customers that were looked at. */
  share: number;
  /** What tells it apart most, first. */
  profile: Trait[];
  /** Of a tree: for how many of it the target holds, by those customers whom the tree was not grown on. */
  target?: number;
}

export interface Proposal {
  groups: ProposedGroup[];
  /** How many customers were looked at. */
  customers: number;
  /** How many of them the rules put into the group that the method had put them into; 1 where the rules are the method. */
  fidelity: number;
  /** Of a tree: for how many of all the target holds. */
  target?: number;
}

/** Settings that give no typology of this base: what was expected, what was found. */
export class TypologyError extends Error {
  override name = 'TypologyError';
}
