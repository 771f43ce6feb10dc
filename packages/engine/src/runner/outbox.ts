import type { ChannelType, Receipt, Transport } from '../plugin/index.ts';
import type { Chosen, QueuedMessage, Settlement } from '../store/index.ts';
import { describeError } from './attempt.ts';
import { finishMoves } from './finish.ts';
import type { Parts } from './parts.ts';
import { chunk } from './parts.ts';
import type { Station } from './station.ts';
import { portIndex, settingsIn } from './station.ts';

/** Tries before a message counts as failed: with a doubling wait from a minute on, a little over two hours. */
const maxAttempts = 8;
const firstRetryAfter = 60_000;

/** Sends what is due at one channel node, and moves the customers whose message is settled. How many were tried. */
export async function deliverDue(parts: Parts, station: Station, now: () => number): Promise<number> {
  const type = station.node.type as ChannelType;
  const transport = await parts.transports.open(type.type);
  const messages = await parts.db.write((tx) => parts.store.claimMessages(tx, station.ref, now(), chunk.deliver));
  const settlements: Settlement[] = [];
  const work = messages.values();
  const lane = async () => {
    for (const message of work)
      settlements.push(toSettlement(message, await send(parts, station, transport, message, now()), now()));
  };
  await Promise.all(Array.from({ length: Math.min(type.concurrency ?? 10, messages.length) }, lane));
  await settle(parts, station, settlements, now());
  return messages.length;
}

/** The same at every attempt, and like no other message of this installation. */
export const messageKey = (station: Station, message: { customer: number; n: number; step: number }) =>
  `${station.version.loop.id}.${station.node.id}.${message.customer}.${message.n}.${message.step}`;

async function send(
  parts: Parts,
  station: Station,
  transport: Transport,
  message: QueuedMessage,
  now: number,
): Promise<Receipt> {
  const type = station.node.type as ChannelType;
  try {
    return await transport.deliver(
      {
        key: messageKey(station, message),
        attempt: message.attempts,
        address: message.address,
        body: JSON.parse(message.body),
        cost: message.cost,
      },
      {
        settings: settingsIn(station, message.turn),
        now,
        log: parts.log,
        signal: AbortSignal.timeout(parts.limits.handlerTimeout),
      },
    );
  } catch (error) {
    const detail = describeError(error);
    parts.log.warn('delivery threw', { node: station.node.id, detail });
    return { status: type.delivery === 'at-most-once' ? 'unknown' : 'retry', detail };
  }
}

function toSettlement(message: QueuedMessage, receipt: Receipt, now: number): Settlement {
  const { customer, n, step, attempts } = message;
  const settlement = { customer, n, step, at: now, due: now, detail: receipt.detail ?? null };
  if (receipt.status !== 'retry') return { ...settlement, status: receipt.status };
  if (attempts >= maxAttempts) return { ...settlement, status: 'failed' };
  return { ...settlement, status: 'queued', due: now + (receipt.after ?? firstRetryAfter * 2 ** (attempts - 1)) };
}

/** Writes down what became of messages and moves their customers on. Who can tell of nothing else leaves as if it was sent. */
async function settle(parts: Parts, station: Station, settlements: readonly Settlement[], now: number): Promise<void> {
  if (settlements.length === 0) return;
  const { store } = parts;
  const moves = settlements
    .filter(({ status }) => status !== 'queued')
    .map(
      ({ customer, n, status }): Chosen => [
        store.forever,
        customer,
        n,
        portIndex(station, status === 'failed' ? 'failed' : 'sent'),
      ],
    );
  await parts.db.write(async (tx) => {
    await store.settleMessages(tx, settlements);
    await store.fillChosen(tx, station.ref, moves);
    await finishMoves(parts, tx, station, { now, inOrder: false, events: [] });
  });
}

/**
 * What was on its way when the last process died. At least once, and sinks within the process: again, with the same key.
 * At most once: nobody can tell, so it is said so and never sent again.
 */
export async function recoverInterrupted(parts: Parts, now: number): Promise<void> {
  const interrupted = await parts.db.read((tx) => parts.store.interruptedMessages(tx));
  const byStation = new Map<Station, Settlement[]>();
  for (const { node, customer, n, step } of interrupted) {
    const station = parts.stations.byRef(node);
    if (!station) continue;
    const type = station.node.type as ChannelType;
    const again = type.delivery === 'at-least-once' || parts.transports.isLocal(type.type);
    const detail = again ? null : 'the process died while it was being sent';
    const settlement: Settlement = {
      customer,
      n,
      step,
      status: again ? 'queued' : 'unknown',
      at: now,
      due: now,
      detail,
    };
    byStation.set(station, [...(byStation.get(station) ?? []), settlement]);
  }
  for (const [station, settlements] of byStation) await settle(parts, station, settlements, now);
}
