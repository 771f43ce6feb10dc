import type { ParkedRow, Transaction, Who } from '../../store/index.ts';
import type { Parts } from '../parts.ts';
import { chunk } from '../parts.ts';
import { portIndex } from '../station.ts';
import { inChunks } from './audit-trail.ts';
import type { Intervention } from './cancel.ts';
import { endThose } from './end-those.ts';
import { unsound } from './life-error.ts';
import type { Selection } from './selection.ts';
import { describeSelection, resolveSelection } from './selection.ts';

/** Whoever is due with this phase and a port on top leaves by that port, whatever the node would say. */

/** Parked customers arrive at their node anew. */
export async function retry(
  parts: Parts,
  loop: string,
  selection: Selection,
  { dryRun }: { dryRun: boolean },
  actor: string,
): Promise<Intervention> {
  return withParked(parts, loop, selection, { action: 'retry', actor, dryRun }, {}, (tx, rows, now) =>
    comeBack(parts, tx, rows, () => 0, now),
  );
}

/** Parked customers leave their node by a port, its first unless told, or leave the loop. */
export async function release(
  parts: Parts,
  loop: string,
  selection: Selection,
  { port, exit, dryRun }: { port?: string | undefined; exit: boolean; dryRun: boolean },
  actor: string,
): Promise<Intervention> {
  const how = { action: 'release', actor, dryRun };
  if (exit)
    return withParked(parts, loop, selection, how, { exit }, (tx, rows, now) =>
      endThose(
        parts,
        tx,
        rows.map((row) => ({ ...row, loop, key: '', at: 'parked' as const })),
        { outcome: 'exit', detail: 'the customer was parked, and was taken out of the loop by hand' },
        now,
      ),
    );
  const phaseAt = (ref: number): number => {
    const station = parts.stations.byRef(ref);
    if (!station) throw unsound(`somebody is parked at a node that cannot run: install its plugin, or let them exit`);
    if (port !== undefined && !station.node.ports.some(({ id }) => id === port))
      throw unsound(
        `the node ${station.node.id} has no port ${port}: expected one of ${station.node.ports.map(({ id }) => id).join(', ')}`,
      );
    return parts.store.wokenPhase + (port === undefined ? 0 : portIndex(station, port));
  };
  return withParked(
    parts,
    loop,
    selection,
    how,
    { port: port ?? null },
    (tx, rows, now) => comeBack(parts, tx, rows, phaseAt, now),
    // What is refused is refused before anybody is moved, and in a dry run.
    (nodes) => nodes.forEach(phaseAt),
  );
}

async function withParked(
  parts: Parts,
  loop: string,
  selection: Selection,
  { action, actor, dryRun }: { action: string; actor: string; dryRun: boolean },
  detail: object,
  work: (tx: Transaction, rows: readonly ParkedRow[], now: number) => Promise<void>,
  expectAt?: (nodes: readonly number[]) => void,
): Promise<Intervention> {
  const { db, store, clock } = parts;
  const { selected, count } = await db.read(async (tx) => {
    const found = await resolveSelection(parts, tx, loop, selection, clock.now());
    if (found && expectAt) expectAt(await store.nodesOfParked(tx, found));
    return { selected: found, count: found && dryRun ? await store.countParked(tx, found) : 0 };
  });
  if (!selected || dryRun) return { enrollments: count, dryRun };
  const row = { loop, actor, action, detail: { selection: describeSelection(selection), ...detail } };
  const { enrollments = 0 } = await inChunks<Who>(parts, row, [0, 0], async (tx, after, now) => {
    const rows = await store.selectParked(tx, selected, { after, limit: chunk.set });
    await work(tx, rows, now);
    const last = rows.at(-1);
    return { counts: { enrollments: rows.length }, next: last && [last.customer, last.n] };
  });
  return { enrollments, dryRun };
}

/** Puts parked customers back where they were, due at once. */
async function comeBack(
  parts: Parts,
  tx: Transaction,
  rows: readonly ParkedRow[],
  phaseAt: (node: number) => number,
  now: number,
): Promise<void> {
  await parts.store.placeEnrollments(
    tx,
    rows.map(({ customer, n, step, turn, node }) => ({
      customer,
      n,
      step,
      turn,
      from: { node, due: undefined },
      to: { node, due: now, since: now, phase: phaseAt(node) },
    })),
    { now, worker: parts.worker.slot },
  );
}
