import type { Json, SourceRecord, SourceType } from '../plugin/index.ts';
import { enter } from './intake.ts';
import type { Parts } from './parts.ts';
import type { Station } from './station.ts';

/** Told after every chunk of a source. `progress` is between 0 and 1, where the source can tell. */
export interface SourceProgress {
  node: string;
  records: number;
  rejected: number;
  entered: number;
  progress: number | undefined;
}

/**
 * Reads a source node from where it stopped to its end. A chunk's customers, their entry into the loop and the cursor are
 * one transaction, so a source that is interrupted goes on without a gap or a repetition.
 */
export async function readSource(
  parts: Parts,
  station: Station,
  options: { folder: string; signal: AbortSignal; settings?: unknown; onProgress?: (progress: SourceProgress) => void },
): Promise<SourceProgress> {
  const type = station.node.type as SourceType;
  const told: SourceProgress = { node: station.node.id, records: 0, rejected: 0, entered: 0, progress: undefined };
  const before = await parts.db.read((tx) => parts.store.readCursor(tx, station.ref));
  if (!type.read || before?.done) return told;
  const settings = options.settings ?? station.node.settings;
  const entersRecords = type.entry(settings).on === 'records';
  const source = `${station.version.loop.id}/${station.node.id}`;
  let cursor = before?.cursor as Json | undefined;

  const chunks = type.read({
    settings,
    cursor,
    folder: options.folder,
    now: parts.clock.now(),
    log: parts.log,
    signal: options.signal,
  });
  for await (const part of chunks) {
    cursor = part.cursor;
    const now = parts.clock.now();
    told.entered += await parts.db.write(async (tx) => {
      const imported = await parts.customers.importRecords(tx, part.records, { now, source });
      const customers = imported.customers.filter((customer) => customer !== undefined);
      const entered = entersRecords ? await enter(parts, tx, station, customers, now) : 0;
      await parts.store.writeCursor(tx, station.ref, part.cursor, false);
      return entered;
    });
    told.records += (part.records as readonly SourceRecord[]).length;
    told.rejected += part.rejects?.length ?? 0;
    told.progress = part.progress;
    for (const { line, reason } of part.rejects ?? [])
      parts.log.warn('a row was rejected', { node: station.node.id, line, reason });
    options.onProgress?.({ ...told });
  }
  await parts.db.write((tx) => parts.store.writeCursor(tx, station.ref, cursor, true));
  return told;
}
