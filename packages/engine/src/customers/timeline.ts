import type { Transaction } from '../store/database.ts';
import { findParts } from './show-parts.ts';
import type { Source, SourceKey, TimelineEntry, TimelineKind } from './timeline-entry.ts';
import { timelineKinds } from './timeline-entry.ts';
import { eventTypesOf } from './show-events.ts';
import { eventSource, journalSource, messageSource, rareSource, traitSource } from './timeline-sources.ts';

export interface TimelinePage {
  entries: TimelineEntry[];
  /** Hand this back for what is older; absent at the end. */
  next?: string;
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
