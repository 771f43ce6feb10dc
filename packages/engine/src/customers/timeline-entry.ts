import type { Category } from '../loop/loop.ts';
import type { JsonObject } from '../plugin/json.ts';

/** The kinds that a timeline is filtered by: events by their category, and what the house itself knows to have happened. */
export const timelineKinds = [
  'basic',
  'order',
  'payment',
  'service',
  'contact',
  'analysis',
  'message',
  'step',
  'trait',
  'consent',
  'relationship',
  'segment',
  'merge',
] as const;
export type TimelineKind = (typeof timelineKinds)[number];

/** One step of a path through a loop. `port`: its place in the node's list, or one of the journal's marks below zero. */
export interface PathStep {
  node: string;
  port: number;
}

/** What happened, each kind in its own words. `at` is in epoch milliseconds. */
export type TimelineEntry = { at: number } & (
  | { kind: Category; what: 'event'; type: string; properties: JsonObject }
  | {
      kind: 'message';
      what: 'message';
      key: string;
      channel: string;
      status: string;
      settledAt: number | null;
      loop: string;
      node: string;
      turn: number;
      address: string;
      body: JsonObject;
      detail: string | null;
    }
  | {
      kind: 'step';
      what: 'steps';
      loop: string;
      loopName: string;
      version: number;
      turn: number;
      steps: PathStep[];
      until: number | null;
    }
  | {
      kind: 'step';
      what: 'entered-loop' | 'left-loop';
      loop: string;
      loopName: string;
      version: number;
      node: string;
      outcome: string | null;
    }
  | { kind: 'trait'; what: 'created' }
  | { kind: 'trait'; what: 'changed'; source: string; before: JsonObject; after: JsonObject }
  | {
      kind: 'consent';
      what: 'consent';
      channel: string;
      purpose: string;
      granted: boolean;
      source: string;
      proof: string | null;
      textVersion: string | null;
    }
  | { kind: 'relationship'; what: 'joined' | 'parted'; group: { kind: string; key: string }; source: string }
  | { kind: 'segment'; what: 'entered-segment'; segment: { id: string; name: string } }
  | { kind: 'segment'; what: 'listed'; list: { id: string; name: string }; source: string }
  | {
      kind: 'merge';
      what: 'merged' | 'unmerged';
      customer: number;
      into: number;
      why: string;
      actor: string;
      score: number | null;
    }
);

/** Where a source has come to: the key of the last entry that was taken from it, in the source's own order. */
export type SourceKey = (number | string)[];

export interface Found {
  key: SourceKey;
  entry: TimelineEntry;
}

export interface Source {
  name: string;
  kinds: readonly TimelineKind[];
  /** The newest entries before a key, newest first. */
  read(before: SourceKey | undefined, limit: number): Promise<Found[]>;
}
