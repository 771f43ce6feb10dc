import type { MessageRef, Settlement, Transaction } from '../store/index.ts';
import { finishMoves } from './finish.ts';
import { isStill } from './life/stand-still.ts';
import type { Parts } from './parts.ts';
import { heedBounces } from './permission/heed-bounces.ts';
import type { Station } from './station.ts';

export type Settled = Settlement & {
  station: Station;
  /** That nothing reaches the address. */
  bounce?: { type: 'hard' | 'soft'; channel: string; address: string };
};

/** Writes down what became of messages and moves their customers on. Who can tell of nothing else leaves as if it was sent. */
export async function settleMessages(parts: Parts, settlements: readonly Settled[], now: number): Promise<void> {
  if (settlements.length === 0) return;
  const inOrder = settlements.toSorted((a, b) => a.customer - b.customer || a.n - b.n || a.step - b.step);
  await parts.db.write(async (tx) => {
    await parts.store.lockCustomers(
      tx,
      inOrder.map(({ customer }) => customer),
    );
    const settled = await parts.store.settleMessages(tx, inOrder);
    const done = new Set(settled.map(refOf));
    const leaving = inOrder.filter((each) => each.status !== 'queued' && done.has(refOf(each)));
    for (const [station, some] of byStation(leaving))
      await leave(
        parts,
        tx,
        station,
        some.map((each) => ({ ...each, port: each.status === 'failed' ? 'failed' : 'sent' })),
        now,
      );
    await heedBounces(parts, tx, leaving, now);
  }, 'settle-messages');
}

export const refOf = ({ customer, n, step }: MessageRef): string => `${customer} ${n} ${step}`;

export function byStation<M extends { station: Station }>(messages: readonly M[]): Map<Station, M[]> {
  const groups = new Map<Station, M[]>();
  for (const message of messages) {
    const group = groups.get(message.station);
    if (group) group.push(message);
    else groups.set(message.station, [message]);
  }
  return groups;
}

/** Moves those on who stand at a node for the receipt of one of these messages. */
export async function leave(
  parts: Parts,
  tx: Transaction,
  station: Station,
  messages: readonly (MessageRef & { port: string })[],
  now: number,
): Promise<void> {
  const { store } = parts;
  // An enrollment awaits its newest message; of an older one that is settled only now, nobody stands there.
  const newest = new Map<string, MessageRef & { port: string }>();
  for (const message of messages) {
    const key = `${message.customer} ${message.n}`;
    const other = newest.get(key);
    if (!other || other.step < message.step) newest.set(key, message);
  }
  const awaited = [...newest.values()];
  const found = await store.fillChosen(
    tx,
    station.ref,
    awaited.map(({ customer, n, port }) => [store.forever, customer, n, wayOut(station, port)]),
  );
  if (found === 0) return;
  await store.keepAwaiting(tx, awaited);
  // In a loop that has been paused meanwhile they stay, and leave by that port when it goes on.
  if (await isStill(parts, tx, station.version)) await store.markWoken(tx, { node: station.ref, now, events: [] });
  else await finishMoves(parts, tx, station, { now, inOrder: false, events: [] });
}

/** The port of that name, or the node's first: a channel with ports of its own need not name them all. */
const wayOut = (station: Station, port: string): number =>
  Math.max(
    0,
    station.node.ports.findIndex(({ id }) => id === port),
  );
