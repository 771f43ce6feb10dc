import type { Category } from '../loop/loop.ts';
import type { JsonObject } from '../plugin/json.ts';
import type { Transaction } from '../store/database.ts';
import { findParts } from './show-parts.ts';
import { eventTypesOf } from './show-events.ts';
import { eventSource, journalSource, messageSource, rareSource, traitSource } from './timeline-sources.ts';

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

export interface TimelinePage {
  entries: TimelineEntry[];
  /** Hand this back for what is older; absent at the end. */
  next?: string;
}

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

/** A cursor that nobody has given out. */
export class CursorError extends Error {
  override name = 'CursorError';
}

/**
 * Everything that happened with a customer in one stream, newest first. Each table is read on by its own key from where the
 * last page ended, so a page costs the same however long the history, and entries that come meanwhile neither double nor hide any.
 */
export async function readTimeline(
  tx: Transaction,
  customer: number,
  {
    kinds = timelineKinds,
    after,
    limit = 50,
  }: { kinds?: readonly TimelineKind[]; after?: string; limit?: number } = {},
): Promise<TimelinePage> {
  const place = after === undefined ? {} : readCursor(after);
  const parts = await findParts(tx, customer);
  const types = await eventTypesOf(tx, customer);
  const wanted = new Set(kinds);
  const sources: Source[] = [
    eventSource(
      tx,
      customer,
      types.filter(({ category }) => wanted.has(category)).map(({ type }) => type),
    ),
    messageSource(tx, parts),
    journalSource(tx, parts),
    traitSource(tx, parts),
    rareSource(tx, customer, parts, wanted),
  ].filter((source) => source.kinds.some((kind) => wanted.has(kind)));

  const found = await inTurn(sources, async (source) => ({
    source,
    rows: await source.read(place[source.name], limit + 1),
  }));
  const taken = found
    .flatMap(({ source, rows }, rank) => rows.map((row, i) => ({ source, row, rank, i })))
    .sort((a, b) => b.row.entry.at - a.row.entry.at || a.rank - b.rank || a.i - b.i);
  const page = taken.slice(0, limit);
  const next = { ...place };
  for (const { source, row } of page) next[source.name] = row.key;
  return {
    entries: page.map(({ row }) => row.entry),
    ...(taken.length > limit ? { next: Buffer.from(JSON.stringify(next)).toString('base64url') } : {}),
  };
}

/** One after the other: a connection answers one question at a time. */
async function inTurn<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}

function readCursor(text: string): Partial<Record<string, SourceKey>> {
  try {
    const place: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (typeof place === 'object' && place !== null && Object.entries(place).every(isKey))
      return place as Record<string, SourceKey>;
  } catch {
    // Said below.
  }
  throw new CursorError('expected a cursor as the page before has given it as "next"');
}

/** Of how many whole numbers the key of a source consists; the last part of the rare ones is a text. */
const lengths: Record<string, number> = { e: 2, m: 4, j: 4, t: 3, r: 2 };

const isKey = ([name, key]: [string, unknown]): boolean =>
  Array.isArray(key) &&
  key.length === (Object.hasOwn(lengths, name) ? lengths[name] : undefined) &&
  key.every((part, i) => (name === 'r' && i === 1 ? typeof part === 'string' : Number.isSafeInteger(part)));
