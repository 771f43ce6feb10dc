import type { Customer } from '../plugin/index.ts';
import type { CommitPoint } from '../store/database.ts';
import type { Chosen, Claimed, Transaction } from '../store/index.ts';
import type { Failed } from './attempt.ts';
import { finishMoves, onwardSql } from './finish.ts';
import { followGone } from './merge.ts';
import type { Parts } from './parts.ts';
import type { Station } from './station.ts';

/** One claimed enrollment with its customer, and its place in the batch. */
export interface BatchRow {
  index: number;
  claimed: Claimed;
  customer: Customer;
}

export interface Batch {
  claimed: readonly Claimed[];
  rows: readonly BatchRow[];
  /** The same rows by the turn that their settings are of. */
  byTurn: ReadonlyMap<number, readonly BatchRow[]>;
  /** Those whose customer has been merged into another since. */
  gone: readonly Claimed[];
  /** Those who leave by a port that was chosen while they stood still, by the place in the batch: no handler is asked. */
  woken: ReadonlyMap<number, number>;
}

/** What a handler has decided for a batch. */
export interface Decision {
  /** Who leaves by which port, by the place in the batch. */
  ports: ReadonlyMap<number, number>;
  /** Who is set aside with an error. */
  failed: readonly Failed<BatchRow>[];
  /** What else it wants written, given who still stands there. `again`: it has moved others, or changed `ports`. */
  also?: (tx: Transaction, stillThere: ReadonlySet<number>) => Promise<{ again: boolean }>;
  /** What those who move on may have waited for. */
  events?: readonly string[];
  /** Puts those with a port of its own where they belong, once they are taken from their positions. */
  afterwards?: (tx: Transaction) => Promise<void>;
}

/**
 * Lets a handler in JavaScript decide for the next who are due at a node, and saves what it has decided in one transaction.
 * Alone on a database the engine asks it between reading and writing, so that nobody waits for its code; where several
 * engines work side by side all of it is one transaction, which keeps those who are handled from the others. How many rows
 * were dealt with.
 */
export async function handleBatch(
  parts: Parts,
  station: Station,
  now: number,
  limit: number,
  point: CommitPoint,
  decide: (batch: Batch) => Promise<Decision>,
): Promise<number> {
  const { db } = parts;
  if (!db.shared) {
    const batch = await db.read((tx) => claimBatch(parts, tx, station, now, limit));
    if (batch.claimed.length === 0) return 0;
    const decision = await decide(batch);
    await db.write((tx) => commitBatch(parts, tx, station, now, batch, decision), point);
    tellParked(parts, station, decision);
    return batch.claimed.length;
  }
  const { batch, decision } = await db.write(async (tx) => {
    const batch = await claimBatch(parts, tx, station, now, limit);
    if (batch.claimed.length === 0) return { batch, decision: undefined };
    const decision = await decide(batch);
    await commitBatch(parts, tx, station, now, batch, decision);
    return { batch, decision };
  }, point);
  if (decision) tellParked(parts, station, decision);
  return batch.claimed.length;
}

/**
 * A customer who is due there several times, by several keys, is handled once in a batch: the second time the handler is to
 * see what the first has changed.
 */
function onceEach(claimed: readonly Claimed[]): Claimed[] {
  const seen = new Set<number>();
  return claimed.filter(({ customer }) => seen.size < seen.add(customer).size);
}

async function claimBatch(parts: Parts, tx: Transaction, station: Station, now: number, limit: number): Promise<Batch> {
  const claimed = onceEach(await parts.store.claimDue(tx, station.ref, now, limit));
  const ids = [...new Set(claimed.map((each) => each.customer))];
  const found = new Map((await parts.customers.findCustomers(tx, ids)).map((customer) => [customer.id, customer]));
  const rows: BatchRow[] = [];
  const gone: Claimed[] = [];
  const woken = new Map<number, number>();
  const { wokenPhase } = parts.store;
  claimed.forEach((each, index) => {
    const customer = found.get(each.customer);
    if (customer && each.phase >= wokenPhase) woken.set(index, each.phase - wokenPhase);
    else if (customer) rows.push({ index, claimed: each, customer });
    else gone.push(each);
  });
  const byTurn = new Map<number, BatchRow[]>();
  for (const row of rows) {
    const era = station.eras.findLast(({ fromTurn }) => fromTurn <= row.claimed.turn)?.fromTurn ?? 1;
    const some = byTurn.get(era);
    if (some) some.push(row);
    else byTurn.set(era, [row]);
  }
  return { claimed, rows, byTurn, gone, woken };
}

async function commitBatch(
  parts: Parts,
  tx: Transaction,
  station: Station,
  now: number,
  batch: Batch,
  decision: Decision,
): Promise<void> {
  const { store } = parts;
  await followGone(parts, tx, [...new Set(batch.gone.map((each) => each.customer))], now);
  if (decision.failed.length > 0)
    await store.park(tx, {
      node: station.ref,
      now,
      rows: decision.failed.map(({ row, error }) => ({ ...row.claimed, error })),
    });
  const chosen = () =>
    [...batch.woken, ...decision.ports]
      .sort(([a], [b]) => a - b)
      .map(([index, port]): Chosen => {
        const { due, customer, n } = batch.claimed[index] as Claimed;
        return [due, customer, n, port];
      });
  const fill = async () =>
    store.fillChosen(tx, station.ref, chosen(), await onwardSql(parts, tx, station, now, store.chosenPort));
  if (decision.also) {
    await store.fillChosen(tx, station.ref, chosen());
    // What a handler writes may change by which way its customers go on: their paths are chosen after it. Whoever it has
    // woken was moved by way of the same table.
    const { again } = await decision.also(tx, await store.customersMoved(tx));
    if (again) await fill();
  } else await fill();
  const events = decision.events ?? [];
  await finishMoves(parts, tx, station, { now, inOrder: 'perhaps', events, hasPaths: !decision.also });
  await decision.afterwards?.(tx);
}

function tellParked(parts: Parts, station: Station, { failed }: Decision): void {
  for (const { row, error } of failed)
    parts.log.warn('parked', {
      loop: station.version.loop.id,
      node: station.node.id,
      customer: row.claimed.customer,
      error,
    });
}
