import type { Customer } from '../plugin/index.ts';
import type { Chosen, Claimed, Transaction } from '../store/index.ts';
import type { Failed } from './attempt.ts';
import { finishMoves } from './finish.ts';
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
}

/** The next who are due at a node, with what is known of them, for a handler in JavaScript. */
export async function claimBatch(parts: Parts, station: Station, now: number, limit: number): Promise<Batch> {
  return parts.db.read(async (tx) => {
    const claimed = await parts.store.claimDue(tx, station.ref, now, limit);
    const ids = [...new Set(claimed.map((each) => each.customer))];
    const found = new Map((await parts.customers.findCustomers(tx, ids)).map((customer) => [customer.id, customer]));
    const rows: BatchRow[] = [];
    const gone: Claimed[] = [];
    claimed.forEach((each, index) => {
      const customer = found.get(each.customer);
      if (customer) rows.push({ index, claimed: each, customer });
      else gone.push(each);
    });
    const byTurn = new Map<number, BatchRow[]>();
    for (const row of rows) {
      const era = station.eras.findLast(({ fromTurn }) => fromTurn <= row.claimed.turn)?.fromTurn ?? 1;
      byTurn.set(era, [...(byTurn.get(era) ?? []), row]);
    }
    return { claimed, rows, byTurn, gone };
  });
}

/**
 * Saves what a handler has decided, in one transaction: who leaves by which port (`ports`, by place in the batch), what
 * else it wants written (`also`, given who still stood there), who is set aside with an error. How many rows were dealt with.
 */
export async function commitBatch(
  parts: Parts,
  station: Station,
  now: number,
  batch: Batch,
  outcome: {
    ports: ReadonlyMap<number, number>;
    failed: readonly Failed<BatchRow>[];
    also?: (tx: Transaction, stillThere: ReadonlySet<number>) => Promise<{ movedOthers: boolean }>;
    /** Puts those with a port of its own where they belong, once they are taken from their positions. */
    afterwards?: (tx: Transaction) => Promise<void>;
  },
): Promise<number> {
  if (batch.claimed.length === 0) return 0;
  await parts.db.write(async (tx) => {
    if (batch.gone.length > 0) await withdrawGone(parts, tx, batch.gone, now);
    if (outcome.failed.length > 0)
      await parts.store.park(tx, {
        node: station.ref,
        now,
        rows: outcome.failed.map(({ row, error }) => ({ ...row.claimed, error })),
      });
    const chosen = [...outcome.ports].map(([index, port]): Chosen => {
      const { due, customer, n } = batch.claimed[index] as Claimed;
      return [due, customer, n, port];
    });
    await parts.store.fillChosen(tx, station.ref, chosen);
    if (outcome.also) {
      const { movedOthers } = await outcome.also(tx, await parts.store.customersMoved(tx));
      // Whoever it has woken was moved by way of the same table.
      if (movedOthers) await parts.store.fillChosen(tx, station.ref, chosen);
    }
    await finishMoves(parts, tx, station, { now, inOrder: false, events: [] });
    await outcome.afterwards?.(tx);
  });
  for (const { row, error } of outcome.failed)
    parts.log.warn('parked', {
      loop: station.version.loop.id,
      node: station.node.id,
      customer: row.claimed.customer,
      error,
    });
  return batch.claimed.length;
}

async function withdrawGone(parts: Parts, tx: Transaction, gone: readonly Claimed[], now: number): Promise<void> {
  await parts.withdraw(tx, [...new Set(gone.map((each) => each.customer))], now);
}
