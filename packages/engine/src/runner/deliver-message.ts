import type { ChannelType, OutgoingMessage, Receipt, Transport } from '../plugin/index.ts';
import type { QueuedMessage, Settlement } from '../store/index.ts';
import { describeError, within } from './attempt.ts';
import { maxAge, maxAttempts, retryAfter } from './backoff.ts';
import type { Parts } from './parts.ts';
import type { Station } from './station.ts';
import { settingsIn } from './station.ts';

/** A message that has been claimed, with the node that it is from. */
export interface Outgoing {
  station: Station;
  /** Who has claimed it: this process, as it was known then. */
  worker: number;
  /** `triedAt`: when it was tried first. */
  message: QueuedMessage & { triedAt: number };
  /** By which channel it reaches its customer, as consents name it; left out where it reaches none. */
  channel?: string | undefined;
  /** Made for this attempt. */
  links?: OutgoingMessage['links'];
}

/** The same at every attempt, and like no other message of this installation. */
export const messageKey = (station: Station, message: { keyedAs: string; step: number }): string =>
  `${station.version.loop.id}.${station.node.id}.${message.keyedAs}.${message.step}`;

/** Which message a key names; undefined for what is no key. */
export function readMessageKey(key: string): { customer: number; n: number; step: number } | undefined {
  const [customer, n, step] = key.split('.').slice(-3).map(Number);
  const isKey = [customer, n, step].every((part) => Number.isSafeInteger(part)) && key.split('.').length === 5;
  return isKey ? { customer: customer as number, n: n as number, step: step as number } : undefined;
}

/** Sends one message, and says what became of it. Never throws: what a channel throws, or forgets, is an outcome too. */
export async function deliverMessage(
  parts: Parts,
  transport: Transport,
  { station, message, links }: Outgoing,
  now: number,
): Promise<Receipt> {
  const type = station.node.type as ChannelType;
  try {
    // Channels have limits of their own, which know whether anything has gone out; this one is for those that forget.
    const receipt: unknown = await within(4 * parts.limits.handlerTimeout, type.type, (signal) =>
      transport.deliver(
        {
          key: messageKey(station, message),
          attempt: message.attempts,
          address: message.address,
          body: JSON.parse(message.body),
          cost: message.cost,
          ...(links ? { links } : {}),
        },
        { settings: settingsIn(station, message.turn), now, log: parts.log, signal },
      ),
    );
    if (isReceipt(receipt)) return receipt;
    throw new Error(`expected a receipt of sent, failed, retry or unknown, got ${shown(receipt)}`);
  } catch (error) {
    const detail = describeError(error);
    parts.log.warn('delivery threw', { loop: station.version.loop.id, node: station.node.id, detail });
    return { status: type.delivery === 'at-most-once' ? 'unknown' : 'retry', detail };
  }
}

const isReceipt = (value: unknown): value is Receipt =>
  typeof value === 'object' &&
  value !== null &&
  ['sent', 'failed', 'retry', 'unknown'].includes((value as Receipt).status);

function shown(value: unknown): string {
  try {
    return (JSON.stringify(value) ?? String(value)).slice(0, 200);
  } catch {
    return typeof value;
  }
}

/** What is written down of an attempt: a refusal for now is tried again, until it has been tried often or long enough. */
export function toSettlement({ station, message, worker }: Outgoing, receipt: Receipt, now: number): Settlement {
  const { customer, n, step, attempts, triedAt } = message;
  const said: unknown = receipt.detail ?? null;
  const detail = said === null ? null : (typeof said === 'string' ? said : shown(said)).slice(0, 2_000);
  const settlement = { customer, n, step, attempts, worker, at: now, due: now, detail };
  if (receipt.status !== 'retry') return { ...settlement, status: receipt.status };
  const asked = typeof receipt.after === 'number' ? receipt.after : undefined;
  const due = now + retryAfter(messageKey(station, message), attempts, asked);
  if (attempts >= maxAttempts || due - triedAt > maxAge) return { ...settlement, status: 'failed' };
  return { ...settlement, status: 'queued', due };
}
