import type { Transaction } from '../store/index.ts';
import type { Parts } from './parts.ts';
import type { Station } from './station.ts';

/** What is said of who goes round so. */
export const restlessError =
  'left this node a hundred times within a minute: the waits on its way round end as soon as they begin, as one for a segment that ' +
  'it is in already, or until a date that is over; give the way round a wait that lasts';

/**
 * Sets aside who goes round without ever waiting. That every cycle has a wait is checked when a loop is published, but
 * not whether it holds anybody: without this, one such customer would keep the engine from all others. Whether there were any,
 * and `moved` is to be filled again.
 */
export async function setAsideRestless(parts: Parts, tx: Transaction, station: Station, now: number): Promise<number> {
  const found = await parts.store.restless(tx, { node: station.ref, now });
  if (found.length === 0) return 0;
  await parts.store.park(tx, { node: station.ref, now, rows: found.map((row) => ({ ...row, error: restlessError })) });
  const { loop } = station.version;
  parts.log.warn('parked', { loop: loop.id, node: station.node.id, customers: found.length, error: restlessError });
  return found.length;
}
