import type { Located, Placement, Standing, Transaction, Who } from '../../store/index.ts';
import type { Parts } from '../parts.ts';
import { chunk } from '../parts.ts';
import type { Chunk } from './audit-trail.ts';
import { inChunks } from './audit-trail.ts';
import { endThose, locatedAt } from './end-those.ts';
import type { Migration, MigrationPlan, MovePlan } from './plan-migration.ts';
import { planMigration } from './plan-migration.ts';
import type { Place } from './walk-standing.ts';
import { start, walkStanding } from './walk-standing.ts';

export interface MigrationResult {
  loop: string;
  to: number;
  dryRun: boolean;
  moves: {
    version: number;
    from: string;
    to: string | null;
    keep: boolean;
    customers: number;
    parked: number;
    awaitingReceipt: number;
  }[];
  missing: { version: number; node: string; customers: number }[];
  moved: number;
  ended: number;
}

/** First those who stand at the node of a move, then those who are parked there. */
type Stage = { move: number; place: Place } | { move: number; parkedAfter: Who };

/**
 * Moves people in flight to another version by a mapping of nodes, a batch a transaction. If a node with people is neither
 * in the new version nor in the mapping, nobody is moved. Asking again moves who is left: those whose message was on its
 * way follow so once it is settled.
 */
export async function migrate(
  parts: Parts,
  loop: string,
  migration: Migration,
  actor: string,
): Promise<MigrationResult> {
  const plan = await parts.db.read((tx) => planMigration(parts, tx, loop, migration));
  const told = describe(loop, plan, migration.dryRun);
  if (plan.missing.length > 0) return told;
  if (migration.dryRun) return { ...told, ...wouldBe(told) };
  const { moved = 0, ended = 0 } = await inChunks<Stage>(
    parts,
    {
      loop,
      actor,
      action: 'migrate',
      detail: { to: plan.to.number, map: migration.map, from: migration.from ?? null },
    },
    { move: 0, place: start },
    (tx, stage, now) => {
      const move = plan.moves[stage.move];
      if (!move) return Promise.resolve({ counts: {}, next: undefined });
      return 'place' in stage
        ? moveStanding(parts, tx, { loop, plan, move, stage, now })
        : moveAside(parts, tx, { loop, plan, move, stage, now });
    },
  );
  return { ...told, moved, ended };
}

function describe(loop: string, { to, moves, missing }: MigrationPlan, dryRun: boolean): MigrationResult {
  return {
    loop,
    to: to.number,
    dryRun,
    moves: moves.map((move) => {
      const { standing, held, queued, untried, parked } = move.census;
      const along = Math.min(held, move.to === null ? queued : move.keepsMessage ? untried : 0);
      return {
        version: move.version,
        from: move.from.id,
        to: move.to?.id ?? null,
        keep: move.keepsWait,
        customers: standing + along,
        parked,
        awaitingReceipt: held - along,
      };
    }),
    missing,
    moved: 0,
    ended: 0,
  };
}

/** How many a migration would move and end, if everybody stayed where they are until then. */
function wouldBe({ moves }: MigrationResult): { moved: number; ended: number } {
  const sum = (some: MigrationResult['moves']) =>
    some.reduce((all, { customers, parked }) => all + customers + parked, 0);
  return { moved: sum(moves.filter(({ to }) => to !== null)), ended: sum(moves.filter(({ to }) => to === null)) };
}

interface Step<S> {
  loop: string;
  plan: MigrationPlan;
  move: MovePlan;
  stage: S;
  now: number;
}

const ending = { outcome: 'exit', detail: 'the customer left the loop: its new version has no place for it' } as const;

async function moveStanding(
  parts: Parts,
  tx: Transaction,
  { loop, plan, move, stage, now }: Step<Extract<Stage, { place: Place }>>,
): Promise<Chunk<Stage>> {
  const { store } = parts;
  const found = await walkStanding(parts, tx, [move.from.ref], { place: stage.place, until: store.forever });
  if (!found) return { counts: {}, next: { move: stage.move, parkedAfter: [0, 0] } };
  const next: Stage = { move: stage.move, place: found.next };
  const held = found.rows.filter(({ phase }) => phase === 2);
  // Where they end, a message that has not gone out is suppressed; where they go on, it goes with them if it can.
  const along =
    move.to === null || move.keepsMessage
      ? await store.awaitingQueued(tx, move.from.ref, held, { untried: move.to !== null })
      : new Set<string>();
  const goes = ({ customer, n, phase }: Standing) => phase !== 2 || along.has(`${customer} ${n}`);
  const rows = found.rows.filter(goes);
  if (!move.to) {
    await endThose(parts, tx, locatedAt(move.from.ref, rows, loop), ending, now);
    return { counts: { ended: rows.length }, next };
  }
  await place(parts, tx, move, move.to.ref, rows, now);
  await store.followMessages(tx, move.to.ref, held.filter(goes));
  await store.changeVersion(tx, rows, plan.to.id);
  return { counts: { moved: rows.length }, next };
}

async function place(
  parts: Parts,
  tx: Transaction,
  move: MovePlan,
  to: number,
  rows: readonly Standing[],
  now: number,
): Promise<void> {
  const { store, worker } = parts;
  const placements = rows.map((row): Placement => {
    const { customer, n, step, turn } = row;
    return {
      customer,
      n,
      step,
      turn,
      from: { node: move.from.ref, due: row.due },
      to: { node: to, ...arrival(move, row, now) },
    };
  });
  await store.placeEnrollments(tx, placements, { now, worker: worker.slot });
  const waits = placements.filter(({ to: { phase } }) => phase === 1);
  await store.followWaits(
    tx,
    waits.map(({ customer, n, to: { node, due } }) => ({ customer, n, node, due })),
  );
  await store.forgetWaits(
    tx,
    rows.filter((row) => row.phase === 1 && !move.keepsWait),
  );
}

/** How somebody stands at the new node: as before where the node is the same, else as if it had just come. */
function arrival(move: MovePlan, { due, since, phase }: Standing, now: number) {
  const stays = phase === 1 ? move.keepsWait : phase >= 10 ? move.keepsPorts : true;
  // Who has arrived and is not due yet was spread over a time, or rests after its last turn.
  if (stays) return { due: phase === 0 ? Math.max(due, now) : due, since, phase };
  return { due: now, since: now, phase: 0 };
}

async function moveAside(
  parts: Parts,
  tx: Transaction,
  { loop, plan, move, stage, now }: Step<Extract<Stage, { parkedAfter: Who }>>,
): Promise<Chunk<Stage>> {
  const { store, worker } = parts;
  const from = move.from.ref;
  const rows = await store.selectParkedAt(tx, from, { after: stage.parkedAfter, limit: chunk.set });
  const last = rows.at(-1);
  if (!last) return { counts: {}, next: { move: stage.move + 1, place: start } };
  const next: Stage = { move: stage.move, parkedAfter: [last.customer, last.n] };
  if (!move.to) {
    const located = rows.map((row): Located => ({ ...row, loop, key: '', at: 'parked' }));
    await endThose(parts, tx, located, ending, now);
    return { counts: { ended: rows.length }, next };
  }
  const to = move.to.ref;
  await store.moveParked(
    tx,
    rows.map(({ customer, n, step, turn }) => ({ customer, n, step, turn, from, to })),
    { now, worker: worker.slot },
  );
  await store.changeVersion(tx, rows, plan.to.id);
  return { counts: { moved: rows.length }, next };
}
