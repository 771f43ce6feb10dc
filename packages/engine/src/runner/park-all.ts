import type { CommitPoint } from '../store/database.ts';
import { handleBatch } from './handler-batch.ts';
import type { Parts } from './parts.ts';
import { chunk } from './parts.ts';
import type { Station } from './station.ts';

/** A node type that cannot say what it does holds nobody: who is due there is set aside with what it said. */
export function parkAll(
  parts: Parts,
  station: Station,
  now: number,
  { error, point }: { error: string; point: CommitPoint },
): Promise<number> {
  return handleBatch(parts, station, now, chunk.handler, point, async ({ rows }) => ({
    ports: new Map(),
    failed: rows.map((row) => ({ row, error })),
  }));
}
