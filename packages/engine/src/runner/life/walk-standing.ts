import type { AfterStanding, Selected, Standing, Transaction } from '../../store/index.ts';
import type { Parts } from '../parts.ts';
import { chunk } from '../parts.ts';

/** Where a walk over those who stand at some nodes has come to. Moved on only once a chunk has been committed. */
export interface Place {
  /** Index into the nodes. */
  i: number;
  after: AfterStanding;
}

export const start: Place = { i: 0, after: [-1, 0, 0] };

/**
 * The next chunk of those who stand at some nodes and are due by an instant, one node's at a time, and where to go on;
 * undefined when the last node has been read to its end.
 */
export async function walkStanding(
  parts: Parts,
  tx: Transaction,
  nodes: readonly number[],
  { place, until, selected }: { place: Place; until: number; selected?: Selected },
): Promise<{ node: number; rows: Standing[]; next: Place } | undefined> {
  for (let at = place; at.i < nodes.length; at = { i: at.i + 1, after: start.after }) {
    const node = nodes[at.i] as number;
    const rows = await parts.store.selectStanding(tx, { node, after: at.after, until, limit: chunk.set }, selected);
    const last = rows.at(-1);
    if (last) return { node, rows, next: { i: at.i, after: [last.due, last.customer, last.n] } };
  }
  return undefined;
}
