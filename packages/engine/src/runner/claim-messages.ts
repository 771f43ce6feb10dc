import type { ChannelType, Contact } from '../plugin/index.ts';
import type { QueuedMessage, RateWindow, Transaction } from '../store/index.ts';
import { defaultContactPolicy } from '../plugin/contact-policy.ts';
import type { PermissionPolicy } from '../plugin/permission-policy.ts';
import { consentNeeded } from '../plugin/permission-policy.ts';
import { gatherFacts, readContactPolicy } from './contact-facts.ts';
import type { Candidate, Verdict } from './contact-policy.ts';
import { decide } from './contact-policy.ts';
import type { Outgoing } from './deliver-message.ts';
import { whoMoves } from './life/stand-still.ts';
import type { Parts } from './parts.ts';
import { askByMessages, mayAsk } from './permission/ask-by-messages.ts';
import { linksOf } from './permission/links.ts';
import { counted, roomIn, spansOf } from './rate.ts';
import { byStation, leave, refOf } from './settle-messages.ts';
import type { Station } from './station.ts';
import { settingsIn } from './station.ts';

/** What a claim has come to. */
export interface Claim {
  /** Marked as on their way: these are to be sent, by nobody else. */
  send: Outgoing[];
  /** How many messages were dealt with: sent, held or suppressed. */
  touched: number;
  /** There may be more that is due. */
  isFull: boolean;
  /** The rate leaves no room before this instant. */
  restsUntil?: number;
}

type Weighed = Candidate & { station: Station; message: QueuedMessage | undefined };

/**
 * Takes the next messages of one channel from the outbox, over all its nodes in all loops: who goes is decided by the rate
 * of the channel and by the contact policy, in the transaction that marks them as on their way. `stations` are those with
 * mail; `rotation` says whose turn it is to be first among loops of the same priority.
 */
export async function claimMessages(
  parts: Parts,
  type: ChannelType,
  stations: readonly Station[],
  { limit, now, rotation }: { limit: number; now: number; rotation: number },
): Promise<Claim> {
  const { db, store } = parts;
  return db.write(async (tx) => {
    const moving = await whoMoves(parts, tx, stations);
    const rate = await readRoom(parts, tx, type, stations, now);
    const room = Math.min(limit, rate.room);
    if (room <= 0)
      return { send: [], touched: 0, isFull: false, ...(rate.until > now ? { restsUntil: rate.until } : {}) };
    const withCustomers = db.shared && type.contact !== undefined;
    const due = await pick(moving, { limit: room, rotation }, (station, most) =>
      store.dueMessages(tx, { node: station.ref, now, limit: most, withCustomers }),
    );
    if (due.length === 0) return { send: [], touched: 0, isFull: false };
    const permission = await parts.customers.permissionPolicyIn(tx);
    const verdicts = await weigh(parts, tx, permission, due, now);

    const worker = parts.worker.id;
    const sending = verdicts.flatMap(({ verdict, message }) => (verdict === 'send' ? [message] : []));
    const marked = new Set((await store.markSending(tx, sending, { now, worker })).map(refOf));
    const going = sending.flatMap((each) =>
      each.message && marked.has(refOf(each.message)) ? [{ ...each, message: each.message }] : [],
    );
    const confirms = await askByMessages(parts, tx, permission, going, now);
    const send = going.map(({ station, message, contact }) => {
      const { customer } = message;
      const links = contact && linksOf(parts, permission, { customer, node: station.ref, contact });
      const confirm = confirms.get(refOf(message));
      return {
        station,
        worker,
        channel: contact?.channel,
        message: { ...message, attempts: message.attempts + 1, triedAt: message.triedAt ?? now },
        links: {
          ...(links && links.unsubscribe !== links.preferences ? { unsubscribe: links.unsubscribe } : {}),
          ...(confirm === undefined ? {} : { confirm }),
        },
      };
    });
    await withhold(parts, tx, verdicts, now);
    if (rate.windows.length > 0 && send.length > 0)
      await store.writeRate(tx, type.via ?? type.type, counted(rate.windows, send.length));
    return { send, touched: due.length, isFull: due.length >= room };
  }, 'claim-messages');
}

async function readRoom(
  { db, store, transports }: Parts,
  tx: Transaction,
  type: ChannelType,
  stations: readonly Station[],
  now: number,
): Promise<{ room: number; until: number; windows: readonly RateWindow[] }> {
  const rate = transports.rateOf?.(type.type);
  if (!rate) return { room: Number.POSITIVE_INFINITY, until: now, windows: [] };
  const spans = spansOf(rate);
  const found = roomIn(rate, spans.length > 0 ? await store.readRate(tx, type.via ?? type.type, spans) : [], now);
  // Alone on a database, the width of the lane is the limit.
  if (rate.concurrency === undefined || !db.shared) return found;
  // Whoever else would claim for it waits until these are marked.
  await store.readRate(tx, type.via ?? type.type, [0]);
  const sending = await store.countSending(
    tx,
    stations.map(({ ref }) => ref),
  );
  return { ...found, room: Math.min(found.room, rate.concurrency - sending) };
}

/** Higher priority first; among equals every node gets its share, and what one leaves goes to the others. */
async function pick(
  stations: readonly Station[],
  { limit, rotation }: { limit: number; rotation: number },
  take: (station: Station, most: number) => Promise<QueuedMessage[]>,
): Promise<(QueuedMessage & { station: Station })[]> {
  const picked: (QueuedMessage & { station: Station })[] = [];
  const priorities = [...new Set(stations.map(({ version }) => version.priority))].sort((a, b) => b - a);
  for (const priority of priorities) {
    const equals = stations.filter(({ version }) => version.priority === priority);
    const first = rotation % equals.length;
    let asking = [...equals.slice(first), ...equals.slice(0, first)];
    let room = limit - picked.length;
    const taken = new Map<Station, QueuedMessage[]>();
    // Each round hands what some have left over to those who have more.
    for (let round = 0; round < 3 && room > 0 && asking.length > 0; round++) {
      const share = Math.ceil(room / asking.length);
      const more: Station[] = [];
      for (const station of asking) {
        if (room <= 0) break;
        const before = taken.get(station)?.length ?? 0;
        const most = before + Math.min(share, room);
        const found = await take(station, most);
        taken.set(station, found);
        room -= found.length - before;
        if (found.length === most) more.push(station);
      }
      asking = more;
    }
    for (const [station, messages] of taken) picked.push(...messages.map((message) => ({ ...message, station })));
    if (picked.length >= limit) break;
  }
  return picked;
}

/** What the contact policy says of the messages of a claim. */
async function weigh(
  parts: Parts,
  tx: Transaction,
  permission: PermissionPolicy,
  due: readonly (QueuedMessage & { station: Station })[],
  now: number,
): Promise<Verdict<Weighed>[]> {
  const claimed = due.map(
    ({ station, ...message }): Weighed => ({ ...candidate(parts, permission, station, message), message }),
  );
  const needsPolicy = claimed.some(({ contact }) => contact !== undefined);
  const policy = needsPolicy ? await readContactPolicy(parts, tx) : defaultContactPolicy;
  const { facts, others } = await gatherFacts(parts, tx, { policy, candidates: claimed, now });
  const known = new Set(claimed.map(refOf));
  const competing = others.flatMap((other): Weighed[] => {
    const station = parts.stations.byRef(other.node);
    if (!station || station.version.paused || known.has(refOf(other))) return [];
    return [{ ...candidate(parts, permission, station, other), message: undefined }];
  });
  const verdicts = decide(policy, [...claimed, ...competing], facts, now);
  return mayAsk(
    parts,
    tx,
    permission,
    verdicts.filter(({ message }) => message.message !== undefined),
    now,
  );
}

function candidate(
  parts: Parts,
  permission: PermissionPolicy,
  station: Station,
  message: Pick<QueuedMessage, 'customer' | 'n' | 'step' | 'turn' | 'due' | 'priority' | 'address' | 'quiet'>,
): Omit<Weighed, 'message'> {
  const { customer, n, step, due, priority, address, quiet } = message;
  const asked = contactOf(parts, station, message.turn);
  // What a purpose is based on binds every loop, whatever a node of it says.
  const contact = asked && { ...asked, consent: consentNeeded(permission, asked) };
  return { customer, n, step, due, priority, address, quiet: quiet === 1, contact, station };
}

function contactOf(parts: Parts, station: Station, turn: number): Contact | undefined {
  const type = station.node.type as ChannelType;
  try {
    return type.contact?.(settingsIn(station, turn));
  } catch (error) {
    // It could be told when the message was composed. Who cannot be told now is not contacted.
    parts.log.warn('a channel cannot say whom it contacts for what', { node: station.node.id, error: String(error) });
    return { channel: type.type, purpose: 'marketing', consent: 'given' };
  }
}

/** Writes down why messages are not sent, or not yet. Those who get none leave by the port for that. */
async function withhold(
  parts: Parts,
  tx: Transaction,
  verdicts: readonly Verdict<Weighed>[],
  now: number,
): Promise<void> {
  const suppressed = [];
  const held = [];
  for (const each of verdicts) {
    const { customer, n, step, station } = each.message;
    if (each.verdict === 'suppress')
      suppressed.push({ customer, n, step, station, reason: each.reason, detail: each.detail, port: 'suppressed' });
    if (each.verdict === 'hold')
      held.push({ customer, n, step, due: each.due, reason: each.reason, detail: each.detail });
  }
  await parts.store.holdMessages(tx, held);
  await parts.store.suppressMessages(tx, suppressed, now);
  for (const [station, some] of byStation(suppressed)) await leave(parts, tx, station, some, now);
}
