import type { PortCounts, Transaction } from '../store/index.ts';
import type { Parts } from './parts.ts';
import type { Station } from './station.ts';

/** Takes those in `moved` from the node and puts them where their ports lead. Those with a negative port are the caller's. */
export async function finishMoves(
  parts: Parts,
  tx: Transaction,
  station: Station,
  { now, inOrder, events }: { now: number; inOrder: boolean; events: readonly string[] },
): Promise<PortCounts> {
  await parts.store.deleteMoved(tx, station.ref, inOrder);
  return parts.store.commitMoves(tx, {
    node: station.ref,
    version: station.version.id,
    now,
    targets: station.targets,
    maxTurns: parts.limits.turns,
    events,
  });
}
