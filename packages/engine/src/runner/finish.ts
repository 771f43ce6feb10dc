import type { PortSql, Route, Transaction } from '../store/index.ts';
import type { Leaf } from './fused-run.ts';
import { runFrom, runLimits, runToSql } from './fused-run.ts';
import { expectMoving } from './life/stand-still.ts';
import type { Parts } from './parts.ts';
import type { Station } from './station.ts';

/** All ways that those who leave a station may take in one move, each registered as a path. */
async function waysFrom(parts: Parts, tx: Transaction, station: Station) {
  const run = runFrom(station, parts.limits.run ?? runLimits);
  const ids = await parts.store.pathIds(
    tx,
    station.version.id,
    run.leaves.map(({ key }) => key),
  );
  return { run, idOf: new Map<Leaf, number>(run.leaves.map((leaf, i) => [leaf, ids[i] as number])) };
}

/**
 * The expression of the path that somebody takes who leaves a station by the port that `first` gives: nodes that hold
 * nobody up, routers in SQL and reports, are passed in the same move. A port below zero stays what it is.
 */
export async function onwardSql(
  parts: Parts,
  tx: Transaction,
  station: Station,
  now: number,
  first: PortSql,
): Promise<PortSql> {
  const { run, idOf } = await waysFrom(parts, tx, station);
  return runToSql(
    run,
    idOf,
    { now, seed: parts.limits.seed, segments: parts.segments(), dialect: tx.dialect.name },
    first,
  );
}

/**
 * Takes those in `moved` from the node and puts them where their ports lead, each by a path of its own: one row of the
 * journal and one position for all the nodes on the way, whose counts are what they would be node by node. Those with a
 * port below zero are the caller's. `inOrder`: they are the first of the node's positions, in that order; `perhaps`: in that
 * order, and it may be that nobody is left between them. `hasPaths`: every row has been given its path when it was chosen.
 */
export async function finishMoves(
  parts: Parts,
  tx: Transaction,
  station: Station,
  {
    now,
    inOrder,
    events,
    hasPaths = false,
  }: { now: number; inOrder: boolean | 'perhaps'; events: readonly string[]; hasPaths?: boolean },
): Promise<void> {
  const { store, limits } = parts;
  await expectMoving(parts, tx, station.version);
  if (!hasPaths) {
    const port: PortSql = { sql: 'p.port', parameters: [], needsCustomer: false };
    await store.choosePaths(tx, await onwardSql(parts, tx, station, now, port));
  }
  const order = inOrder === 'perhaps' ? inOrder : inOrder ? 'first' : 'any';
  // Where others claim too, the first are not all: some may be theirs.
  const byCustomer = await store.deleteMoved(tx, station.ref, parts.db.shared ? 'any' : order);
  const { idOf } = await waysFrom(parts, tx, station);
  const taken = await store.commitMoves(tx, {
    version: station.version.id,
    now,
    routes: Array.from(idOf, ([{ steps, target }, path]): Route => ({ path, steps, target })),
    maxTurns: limits.turns,
    events,
    byCustomer,
    worker: parts.worker.slot,
  });
  for (const [report, paths] of reportsPassed(parts, station, taken))
    await store.askForReports(tx, report, paths, now + limits.reportAfter);
}

/** The reports that somebody has come to on the way, each with the paths that lead over it. */
function reportsPassed(parts: Parts, station: Station, taken: readonly Route[]): Map<number, number[]> {
  const reports = new Map<number, number[]>();
  for (const { path, steps } of taken)
    for (const [node] of steps)
      if ((node === station.ref ? station : parts.stations.byRef(node))?.node.type.contract === 'report')
        reports.set(node, [...(reports.get(node) ?? []), path]);
  return reports;
}
