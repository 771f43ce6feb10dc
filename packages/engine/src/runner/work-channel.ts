import type { ChannelType, Message, Suppression } from '../plugin/index.ts';
import type { NewMessage } from '../store/index.ts';
import type { Failed } from './attempt.ts';
import { describeError, within } from './attempt.ts';
import type { BatchRow } from './handler-batch.ts';
import { handleBatch } from './handler-batch.ts';
import type { Parts } from './parts.ts';
import { chunk } from './parts.ts';
import type { Station } from './station.ts';
import { portIndex, settingsIn } from './station.ts';

/** Composes the next messages of a channel into the outbox. Their customers stand at the node until the receipt is there. */
export async function workChannel(parts: Parts, station: Station, now: number): Promise<number> {
  const type = station.node.type as ChannelType;
  return handleBatch(parts, station, now, chunk.compose, 'compose', async (batch) => {
    const ports = new Map<number, number>();
    const messages: (NewMessage & { index: number })[] = [];
    const failed: Failed<BatchRow>[] = [];
    for (const row of batch.rows) {
      const { claimed, customer, index } = row;
      try {
        const composed = await within(parts.limits.handlerTimeout, type.type, (signal) =>
          type.compose({
            settings: settingsIn(station, claimed.turn),
            now,
            log: parts.log,
            signal,
            customer,
            turn: claimed.turn,
            loop: station.version.loop,
          }),
        );
        const message = toRow(type, composed);
        messages.push({
          customer: claimed.customer,
          n: claimed.n,
          step: claimed.step,
          turn: claimed.turn,
          index,
          ...message,
        });
        ports.set(
          index,
          message.status === 'suppressed' ? portIndex(station, 'suppressed') : parts.store.waitsForReceipt,
        );
      } catch (error) {
        failed.push({ row, error: describeError(error) });
      }
    }
    return {
      ports,
      failed,
      also: async (tx, stillThere) => {
        await parts.store.queueMessages(
          tx,
          station.ref,
          now,
          messages.filter((message) => stillThere.has(message.customer)),
        );
        return { movedOthers: false };
      },
      afterwards: (tx) => parts.store.holdForReceipt(tx, station.ref, now),
    };
  });
}

function toRow(
  type: ChannelType,
  composed: Message | Suppression,
): Omit<NewMessage, 'customer' | 'n' | 'step' | 'turn'> {
  if (typeof composed === 'object' && composed !== null) {
    if ('suppressed' in composed)
      return { status: 'suppressed', address: '', body: '{}', cost: 0, detail: String(composed.suppressed) };
    if (typeof composed.address === 'string')
      return {
        status: 'queued',
        address: composed.address,
        body: JSON.stringify(composed.body ?? {}),
        cost: composed.cost ?? 0,
        detail: null,
      };
  }
  throw new Error(
    `${type.type}: expected a message with an address, or why there is none, got ${JSON.stringify(composed)?.slice(0, 200)}`,
  );
}
