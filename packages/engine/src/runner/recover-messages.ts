import type { ChannelType } from '../plugin/index.ts';
import type { SendingMessage } from '../store/index.ts';
import { maxAttempts } from './backoff.ts';
import type { Parts } from './parts.ts';
import type { Settled } from './settle-messages.ts';
import { settleMessages } from './settle-messages.ts';
import type { Station } from './station.ts';

/**
 * What workers had on their way that are no more. At least once, and sinks within the process: again, with the same key. At
 * most once: nobody can tell, so it is said so and never sent again. What this process itself holds and has not begun (the
 * answer to its claim was lost) goes back as if it had not been touched. How many.
 */
export async function recoverMessages(
  parts: Parts,
  {
    workers,
    now,
    isHeld,
  }: {
    workers: readonly number[];
    now: number;
    /** Asked by a process of what is marked as its own: whether it knows of it. */
    isHeld?: (message: SendingMessage) => boolean;
  },
): Promise<number> {
  if (workers.length === 0) return 0;
  const interrupted = await parts.db.read((tx) => parts.store.sendingMessages(tx, workers));
  const settlements = interrupted.flatMap((message) => {
    // A node whose plugin is gone: it stays as it is until the plugin is back.
    const station = parts.stations.byRef(message.node);
    if (!station || isHeld?.(message)) return [];
    const { customer, n, step, attempts, worker } = message;
    const settlement = { customer, n, step, attempts, worker, at: now, due: now, detail: null, station };
    if (isHeld) return [{ ...settlement, status: 'queued' as const, untried: true }];
    return [{ ...settlement, ...outcomeOf(parts, station, attempts) }];
  });
  await settleMessages(parts, settlements, now);
  return settlements.length;
}

function outcomeOf(
  { transports }: Parts,
  station: Station,
  attempts: number,
): Pick<Settled, 'status'> & { detail: string | null } {
  const type = station.node.type as ChannelType;
  const detail = 'the process died while it was being sent';
  if (type.delivery === 'at-most-once' && !transports.isLocal(type.type)) return { status: 'unknown', detail };
  // One that ends every process that tries it does not come back for ever.
  return attempts >= maxAttempts ? { status: 'failed', detail } : { status: 'queued', detail: null };
}
