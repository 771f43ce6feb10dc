import type { Json, SourceType } from '../plugin/index.ts';
import { enter, keyless } from './enter.ts';
import { takeIn } from './happenings.ts';
import type { Parts } from './parts.ts';
import type { Station } from './station.ts';
import { Touched } from './touched.ts';

/** Told after every chunk of a source. `progress` is between 0 and 1, where the source can tell. */
export interface SourceProgress {
  node: string;
  records: number;
  rejected: number;
  entered: number;
  progress: number | undefined;
}

export interface ReadOptions {
  /** Where relative paths start. */
  folder: string;
  signal: AbortSignal;
  onProgress?: (progress: SourceProgress) => void;
  /** Read with this type and these settings instead of the entry's own. */
  instead?: { type: SourceType; settings: unknown };
}

/** A source that cannot be read on: what it said, and at which node. */
export class SourceError extends Error {
  override name = 'SourceError';
}

/**
 * Reads a source from where it stopped to its end. A chunk's customers, their entry into the loop and the cursor are one
 * transaction, so a source that is interrupted goes on without a gap or a repetition.
 */
export async function readSource(parts: Parts, station: Station, options: ReadOptions): Promise<SourceProgress> {
  const { type, settings } = options.instead ?? {
    type: station.node.type as SourceType,
    settings: station.node.settings,
  };
  const told: SourceProgress = { node: station.node.id, records: 0, rejected: 0, entered: 0, progress: undefined };
  if (!type.read) return told;
  // Another file at the same entry begins anew.
  const of = `${type.type} ${JSON.stringify(settings)}`;
  const before = await parts.db.read((tx) => parts.store.readCursor(tx, station.ref));
  const known = before?.of === of ? before : undefined;
  // A file that has grown since is read on; what has no place to go on from is not read twice.
  const polls = type.polls?.(settings) !== undefined;
  if (known?.done && known.cursor === null && !polls) return told;
  const entersRecords = options.instead !== undefined || type.entry(settings).on === 'records';
  const source = `${station.version.loop.id}/${station.node.id}`;
  let cursor = known?.cursor as Json | undefined;

  // What lay there when it was first read happened long ago: nobody waits for it, and nobody enters on it.
  const happens = polls && known?.done === true;
  let behind = JSON.stringify(before ?? null);

  const { folder, signal } = options;
  const { connections = {}, log } = parts;
  const chunks = type.read({ settings, cursor, folder, connections, signal, now: parts.clock.now(), log });
  for await (const part of named(chunks, station, signal)) {
    cursor = part.cursor;
    const now = parts.clock.now();
    const place = { of, cursor: part.cursor, done: false };
    const done = await parts.db.write(async (tx) => {
      // On a shared database another engine may have read on meanwhile: what it has taken is not taken twice.
      if (JSON.stringify((await parts.store.readCursor(tx, station.ref)) ?? null) !== behind) return undefined;
      const imported = await parts.customers.importRecords(tx, part.records, { now, source });
      const customers = imported.customers.filter((customer) => customer !== undefined);
      const touched = new Touched().related(imported.related, part.records);
      for (const [i, each] of part.records.entries()) touched.record(imported.customers[i], each);
      await takeIn(parts, tx, { events: happens ? imported.events : [], touched }, now);
      const entered = entersRecords ? await enter(parts, tx, station, keyless(customers), now) : 0;
      await parts.store.writeCursor(tx, station.ref, place);
      return { entered, refused: imported.refused };
    }, 'source');
    if (!done) return told;
    behind = JSON.stringify(place);
    const { entered, refused } = done;
    const rejects = [...(part.rejects ?? []), ...refused];
    told.entered += entered;
    told.records += part.records.length + (part.rejects?.length ?? 0) - rejects.length;
    told.rejected += rejects.length;
    told.progress = part.progress;
    for (const { line = 0, reason } of rejects)
      parts.log.warn('a row was rejected', { node: station.node.id, line, reason });
    options.onProgress?.({ ...told });
  }
  await parts.db.write((tx) => parts.store.writeCursor(tx, station.ref, { of, cursor, done: true }), 'source');
  return told;
}

/** What a source's own code throws, as an error that names the node. A stop that was asked for stays what it is. */
async function* named<T>(chunks: AsyncIterable<T>, station: Station, signal: AbortSignal): AsyncGenerator<T> {
  try {
    yield* chunks;
  } catch (error) {
    if (signal.aborted) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new SourceError(`loop ${station.version.loop.id}, node ${station.node.id}: ${message}`, { cause: error });
  }
}
