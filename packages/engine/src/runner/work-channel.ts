import type { ChannelType, Contact, Message, Suppression } from '../plugin/index.ts';
import type { PermissionPolicy } from '../plugin/permission-policy.ts';
import type { NewMessage } from '../store/index.ts';
import { StoreError } from '../store/index.ts';
import type { Failed } from './attempt.ts';
import { describeError, within } from './attempt.ts';
import type { BatchRow } from './handler-batch.ts';
import { handleBatch } from './handler-batch.ts';
import type { Parts } from './parts.ts';
import { linksOf } from './permission/links.ts';
import { chunk } from './parts.ts';
import type { Station } from './station.ts';
import { portIndex, settingsIn } from './station.ts';

/** Composes the next messages of a channel into the outbox. Their customers stand at the node until the receipt is there. */
export async function workChannel(parts: Parts, station: Station, now: number): Promise<number> {
  return handleBatch(parts, station, now, chunk.compose, 'compose', async (batch) => {
    const ports = new Map<number, number>();
    const messages: NewMessage[] = [];
    const failed: Failed<BatchRow>[] = [];
    const permission = await parts.db.read((tx) => parts.customers.permissionPolicyIn(tx));
    // All at once: one that never answers costs the time limit once, not once a customer.
    const composed = await Promise.all(
      batch.rows.map(async (row) => {
        try {
          return { row, message: await compose(parts, permission, station, row, now) };
        } catch (error) {
          if (error instanceof StoreError) throw error;
          return { row, error: describeError(error) };
        }
      }),
    );
    for (const { row, message, error } of composed) {
      if (!message) {
        failed.push({ row, error: error ?? 'nothing was composed' });
        continue;
      }
      messages.push(message);
      const isQueued = message.status === 'queued';
      ports.set(row.index, isQueued ? parts.store.marks.waitsForReceipt : portIndex(station, 'suppressed'));
    }
    return {
      ports,
      failed,
      also: async (tx) => {
        await parts.store.queueMessages(tx, station.ref, now, messages);
        return { again: false };
      },
      afterwards: (tx) => parts.store.holdForReceipt(tx, station.ref, now),
    };
  });
}

/** The message of one customer as the outbox holds it: with what the contact policy will go by when it is sent. */
async function compose(
  parts: Parts,
  permission: PermissionPolicy,
  station: Station,
  { claimed, customer }: BatchRow,
  now: number,
): Promise<NewMessage> {
  const type = station.node.type as ChannelType;
  const settings = settingsIn(station, claimed.turn);
  const contact = type.contact && contactOf(type, settings);
  const links = contact && linksOf(parts, permission, { customer: claimed.customer, node: station.ref, contact });
  const composed = await within(parts.limits.handlerTimeout, type.type, (signal) =>
    type.compose({
      settings,
      now,
      log: parts.log,
      signal,
      customer,
      turn: claimed.turn,
      loop: station.version.loop,
      ...(links ? { links } : {}),
    }),
  );
  const { customer: id, n, step, turn } = claimed;
  const { channel, purpose } = contact ?? { channel: '', purpose: '' };
  const { priority } = station.version;
  return { customer: id, n, step, turn, channel, purpose, priority, ...toRow(type, composed) };
}

function contactOf(type: ChannelType, settings: unknown): Contact {
  const contact = type.contact?.(settings);
  if (typeof contact?.channel === 'string' && contact.channel !== '' && typeof contact.purpose === 'string')
    return contact;
  throw new Error(`${type.type}: expected a contact with a channel and a purpose, got ${shown(contact)}`);
}

type Row = Pick<NewMessage, 'status' | 'address' | 'body' | 'cost' | 'reason' | 'detail'>;

/** More than any channel takes: a template that has run wild. */
const longestBody = 4_000_000;
const longestAddress = 4_000;

function toRow(type: ChannelType, composed: Message | Suppression): Row {
  if (typeof composed === 'object' && composed !== null) {
    if ('suppressed' in composed) {
      const detail = String(composed.suppressed).slice(0, 2_000);
      return { status: 'suppressed', address: '', body: '{}', cost: 0, reason: 'address', detail };
    }
    const { address, body = {}, cost = 0 } = composed;
    if (typeof address === 'string' && address.length <= longestAddress) {
      if (!Number.isSafeInteger(cost) || cost < 0)
        throw new Error(`${type.type}: expected a cost in whole minor units, got ${shown(cost)}`);
      const text: string | undefined = JSON.stringify(body);
      if (text === undefined || text.length > longestBody)
        throw new Error(
          `${type.type}: expected a body of at most ${longestBody} characters of JSON, got ${text?.length ?? typeof body}`,
        );
      return { status: 'queued', address, body: text, cost, reason: null, detail: null };
    }
  }
  throw new Error(`${type.type}: expected a message with an address, or why there is none, got ${shown(composed)}`);
}

const shown = (value: unknown): string => (JSON.stringify(value) ?? String(value)).slice(0, 200);
