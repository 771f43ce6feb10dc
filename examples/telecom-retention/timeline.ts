import type { Category } from './history.ts';
import { DAY, type Person } from './person.ts';
import { drawsFor } from './random.ts';
import { renewalMonths, renewalValueMinor, respond, TREATMENTS, type Treatment } from './response-model.ts';
import { normalizeEmail, normalizePhone } from './spelling.ts';

/** Something of the operator's that reached a customer or, by webhook, the billing system. */
export type Contact = {
  /** Stable: the same contact handed over twice counts once. */
  readonly id: string;
  readonly channel: 'email' | 'call' | 'webhook';
  /** E-mail address or phone number; of a webhook whatever it was sent to. */
  readonly address: string;
  /** Of an e-mail: `offer` or `service`. Any other is read and persuades nobody. */
  readonly variant?: string;
  /** Account number, caller id or subject id. */
  readonly customerKey?: string;
  /** Epoch milliseconds. */
  readonly at: number;
};

/** An answer. It names the customer only as the contact did, so that it betrays no identity the operator lacks. */
export type WorldEvent = {
  readonly messageId: string;
  readonly type:
    | 'email_opened'
    | 'link_clicked'
    | 'reply'
    | 'call_answered'
    | 'call_outcome'
    | 'contract_renewed'
    | 'contract_cancelled'
    | 'complaint_opened';
  readonly category: Category;
  /** Epoch milliseconds. */
  readonly time: number;
  readonly email?: string;
  readonly phone?: string;
  readonly accountKey?: string;
  readonly properties: Readonly<Record<string, string | number>>;
};

/** From a webhook on, in days: when a customer makes up his mind. */
export const DECISION_DAYS = [2, 13] as const;
/** A contact works on the next decision if its window opens within so many days. */
export const MEMORY_DAYS = 14;

const HOUR = DAY / 24;
const MINUTE = HOUR / 60;
const OPEN_RATE = 0.42;
const CLICK_RATE = 0.18;
/** Of those who opened a mail. */
const REPLY_RATE = 0.02;
const ANSWER_RATE = 0.62;
/** Of those who do not renew; the rest stay silent and undecided. */
const CANCEL_RATE = 0.55;

type Window = {
  readonly number: number;
  readonly webhook: Contact;
  readonly decidesAt: number;
  readonly treatedBy: Contact | undefined;
  /** The contact decided it, for or against. */
  readonly swayed: boolean;
  readonly outcome: 'renewed' | 'cancelled' | 'silent';
};

/**
 * All that comes of a person's contacts: a pure function of the seed, the person and the set of contacts. Chance is
 * drawn per person and window, never from a running generator, so neither the order in which contacts arrive nor a
 * restart changes what anybody does.
 */
export function timeline(seed: number, person: Person, contacts: readonly Contact[]): WorldEvent[] {
  const inOrder = [...contacts].sort((one, other) => one.at - other.at || (one.id < other.id ? -1 : 1));
  const windows = openWindows(seed, person, inOrder);
  const leftAt = windows.find((window) => window.outcome === 'cancelled')?.decidesAt ?? Infinity;
  const reactions = ['email', 'call'].flatMap((channel) =>
    inOrder
      .filter((contact) => contact.channel === channel && contact.at < leftAt)
      .flatMap((contact, index) => react(seed, person, contact, index, windows)),
  );
  return [...reactions, ...windows.flatMap((window) => decision(person, window))];
}

function openWindows(seed: number, person: Person, inOrder: readonly Contact[]): Window[] {
  const { p0, uplift } = respond(person);
  const windows: Window[] = [];
  for (const webhook of inOrder) {
    const before = windows.at(-1);
    if (webhook.channel !== 'webhook') continue;
    if (before && (webhook.at < before.decidesAt || before.outcome === 'cancelled')) continue;
    const number = windows.length + 1;
    const [choice, day, leave] = drawsFor(seed, person.id, 'window', number) as [number, number, number];
    const decidesAt = Math.round(webhook.at + (DECISION_DAYS[0] + (DECISION_DAYS[1] - DECISION_DAYS[0]) * day) * DAY);
    const since = Math.max(webhook.at - MEMORY_DAYS * DAY, before?.decidesAt ?? -Infinity);
    const treatedBy = inOrder.findLast(
      (contact) => treatmentOf(contact) && contact.at >= since && contact.at < decidesAt,
    );
    const treatment = treatedBy && treatmentOf(treatedBy);
    const renews = choice < p0 + (treatment ? uplift[treatment] : 0);
    const swayed = renews !== choice < p0;
    // Whoever a contact drove away does not sit and wait: that one cancels.
    const outcome = renews ? 'renewed' : swayed || leave < CANCEL_RATE ? 'cancelled' : 'silent';
    windows.push({ number, webhook, decidesAt, treatedBy, swayed, outcome });
  }
  return windows;
}

function decision(person: Person, { number, webhook, decidesAt, treatedBy, outcome }: Window): WorldEvent[] {
  if (outcome === 'silent') return [];
  const messageId = `world:${person.id}:${number}:decision`;
  const { customerKey } = webhook;
  const accountKey = customerKey === person.secondAccount?.number ? customerKey : person.id;
  if (outcome === 'cancelled') {
    const properties = { contract: person.contract };
    return [{ messageId, type: 'contract_cancelled', category: 'order', time: decidesAt, accountKey, properties }];
  }
  const properties = {
    value: renewalValueMinor(person, treatedBy && treatmentOf(treatedBy)),
    currency: 'EUR',
    months: renewalMonths(person),
  };
  return [{ messageId, type: 'contract_renewed', category: 'order', time: decidesAt, accountKey, properties }];
}

type Eight = [number, number, number, number, number, number, number, number];

function react(
  seed: number,
  person: Person,
  contact: Contact,
  index: number,
  windows: readonly Window[],
): WorldEvent[] {
  const draws = drawsFor(seed, person.id, contact.channel, index) as Eight;
  const [notice, pace, click, follow, complain, complainPace, reply] = draws;
  const treatment = treatmentOf(contact);
  const window = windows.find(({ treatedBy }) => treatedBy?.id === contact.id);
  const swayed = window?.swayed ?? false;
  const complains = treatment !== undefined && complain < respond(person).complaint[treatment];
  // Nobody is swayed or annoyed by what he has not noticed, nor after he has made up his mind.
  const noticed = swayed || complains || notice < (contact.channel === 'email' ? OPEN_RATE : ANSWER_RATE);
  const before = swayed && window ? (window.decidesAt - contact.at) * 0.9 : Infinity;
  const after = (wanted: number) => Math.round(contact.at + Math.min(wanted, before));
  const named = nameAs(person, contact);
  const event = (
    what: string,
    type: WorldEvent['type'],
    category: Category,
    time: number,
    properties: WorldEvent['properties'],
  ): WorldEvent => ({ messageId: `world:${contact.id}:${what}`, type, category, time, ...named, properties });

  const events: WorldEvent[] = [];
  let noticedAt: number;
  if (contact.channel === 'email') {
    noticedAt = after(2 * MINUTE + 36 * HOUR * pace ** 2);
    const properties = { channel: 'email', variant: contact.variant ?? '', contactId: contact.id };
    if (noticed) events.push(event('opened', 'email_opened', 'contact', noticedAt, properties));
    if (noticed && (swayed || click < CLICK_RATE)) {
      const clickedAt = after(noticedAt - contact.at + MINUTE + 5 * MINUTE * follow);
      events.push(event('clicked', 'link_clicked', 'contact', clickedAt, properties));
    }
    if (noticed && reply < REPLY_RATE) {
      const repliedAt = after(noticedAt - contact.at + 10 * MINUTE + 8 * HOUR * follow);
      events.push(event('replied', 'reply', 'contact', repliedAt, properties));
    }
  } else {
    noticedAt = after(HOUR + 22 * HOUR * pace);
    const hungUpAt = after(noticedAt - contact.at + MINUTE + 9 * MINUTE * follow);
    const outcome = !noticed
      ? 'no answer'
      : swayed
        ? 'persuaded'
        : click < 0.5
          ? 'will think about it'
          : 'not interested';
    const properties = { channel: 'call', contactId: contact.id };
    if (noticed) events.push(event('answered', 'call_answered', 'contact', noticedAt, properties));
    events.push(event('outcome', 'call_outcome', 'contact', hungUpAt, { ...properties, outcome }));
  }
  if (complains) {
    const time = noticedAt + Math.round(HOUR + 40 * HOUR * complainPace);
    events.push(
      event('complaint', 'complaint_opened', 'service', time, { topic: 'unwanted contact', channel: contact.channel }),
    );
  }
  return events;
}

export function treatmentOf({ channel, variant }: Contact): Treatment | undefined {
  const name = channel === 'email' ? `email:${variant}` : channel;
  return TREATMENTS.find((treatment) => treatment === name);
}

function nameAs(person: Person, { address, customerKey }: Contact): Pick<WorldEvent, 'email' | 'phone' | 'accountKey'> {
  const email = normalizeEmail(address);
  if (email) return { email };
  const phone = normalizePhone(address);
  if (phone) return { phone };
  return { accountKey: customerKey ?? person.id };
}
