import type { ContactPolicy } from '../plugin/contact-policy.ts';
import type { Contact } from '../plugin/index.ts';
import type { Reason } from '../store/index.ts';
import type { LocalDays } from './local-time.ts';
import { localDays, quietUntil } from './local-time.ts';

/** A message that is due, as the policy sees it. */
export interface Candidate {
  customer: number;
  n: number;
  step: number;
  due: number;
  priority: number;
  /** Undefined: it does not reach the customer, and no policy holds it back. */
  contact: Contact | undefined;
  address: string;
  /** Its enrollment is to get no message before its next wait. */
  quiet: boolean;
}

/** A contact that the customer has had, may have had, or is having. */
export interface PastContact {
  channel: string;
  purpose: string;
  /** When; undefined while it is on its way. */
  at: number | undefined;
}

/** What is known of the customers of a claim at the moment of sending. */
export interface ContactFacts {
  /** By customer, channel and purpose: what stands now. Undefined: never asked. */
  consent(customer: number, channel: string, purpose: string): boolean | undefined;
  /** Why nothing is sent to an address, whoever it belongs to; undefined for one that is not on the list. */
  suppression(channel: string, address: string): string | undefined;
  hasComplaint(customer: number): boolean;
  past(customer: number): readonly PastContact[];
  zone(customer: number): string;
}

export type Verdict<C extends Candidate = Candidate> = { message: C } & (
  | { verdict: 'send' }
  | { verdict: 'suppress'; reason: Reason; detail: string }
  | { verdict: 'hold'; due: number; reason: Reason; detail: string }
);

/** Of one customer, who goes first: the loop of higher priority, then what has been due for longest. */
const firstToGo = (a: Candidate, b: Candidate) =>
  a.customer - b.customer || b.priority - a.priority || a.due - b.due || a.n - b.n || a.step - b.step;

/**
 * What becomes of messages that are due. All due messages of a customer are looked at together, over all loops: where a cap
 * leaves room for some, those of higher priority go. Pure: the same facts give the same verdicts.
 */
export function decide<C extends Candidate>(
  policy: ContactPolicy,
  candidates: readonly C[],
  facts: ContactFacts,
  now: number,
): Verdict<C>[] {
  const times = timesAt(policy, now);
  const granted = new Map<number, string[]>();
  return [...candidates].sort(firstToGo).map((message): Verdict<C> => {
    const { customer, contact } = message;
    const suppress = (reason: Reason, detail: string): Verdict<C> => ({ message, verdict: 'suppress', reason, detail });
    if (message.quiet) return suppress('skipped', 'skipped when the loop was resumed');
    if (!contact) return { message, verdict: 'send' };
    const { channel, purpose } = contact;
    const suppressed = facts.suppression(channel, message.address);
    if (suppressed !== undefined) return suppress('suppressed', `the address is suppressed: ${suppressed}`);
    const withheld = withheldBy(contact, facts.consent(customer, channel, purpose));
    if (withheld !== undefined) return suppress('consent', withheld);
    if (!policy.marketingPurposes.includes(purpose)) return { message, verdict: 'send' };
    if (policy.complaints && facts.hasComplaint(customer)) return suppress('complaint', 'a complaint is open');

    const zone = policy.quietHours.length + policy.caps.length === 0 ? '' : facts.zone(customer);
    const open = times.quietUntil(channel, zone);
    if (open === undefined) return suppress('quiet', 'the quiet hours leave no time to send it');
    if (open > now) return { message, verdict: 'hold', due: open, reason: 'quiet', detail: `quiet hours in ${zone}` };

    const sent = granted.get(customer) ?? [];
    const full = policy.caps.filter(
      (cap) =>
        (cap.channel === '*' || cap.channel === channel) &&
        usedOf(cap, facts.past(customer), times.days(zone)[cap.per].from, policy) + grantedTo(cap, sent) >= cap.max,
    );
    const [cap] = full.toSorted((a, b) => a.max - b.max);
    if (cap) {
      const detail = `at most ${cap.max} a ${cap.per}${cap.channel === '*' ? '' : ` by ${cap.channel}`}`;
      // What may never be sent would wait for ever.
      if (full.some(({ beyond, max }) => beyond === 'suppress' || max === 0)) return suppress('cap', detail);
      const due = Math.max(...full.map(({ per }) => times.days(zone)[per].to));
      return { message, verdict: 'hold', due, reason: 'cap', detail };
    }
    granted.set(customer, [...sent, channel]);
    return { message, verdict: 'send' };
  });
}

/** Why a customer must not be contacted, by its consent; undefined when it may be. */
export function withheldBy({ channel, purpose, consent }: Contact, granted: boolean | undefined): string | undefined {
  if (consent === 'asked' && granted === true) return `has agreed to ${purpose} by ${channel} already`;
  if (consent === 'notNeeded' || granted === true) return undefined;
  if (granted === false) return `refused ${purpose} by ${channel}`;
  return consent === 'given' ? `no consent to ${purpose} by ${channel}` : undefined;
}

type Cap = ContactPolicy['caps'][number];

const usedOf = (cap: Cap, past: readonly PastContact[], from: number, { marketingPurposes }: ContactPolicy): number =>
  past.filter(
    ({ channel, purpose, at }) =>
      (cap.channel === '*' || cap.channel === channel) &&
      marketingPurposes.includes(purpose) &&
      (at === undefined || at >= from),
  ).length;

const grantedTo = ({ channel }: Cap, channels: readonly string[]): number =>
  channel === '*' ? channels.length : channels.filter((each) => each === channel).length;

/** Calendars are asked once a zone: a claim has many customers of the same. */
function timesAt({ quietHours }: ContactPolicy, now: number) {
  const days = new Map<string, LocalDays>();
  const opens = new Map<string, number | undefined>();
  return {
    days(zone: string): LocalDays {
      const known = days.get(zone) ?? localDays(now, zone);
      days.set(zone, known);
      return known;
    },
    quietUntil(channel: string, zone: string): number | undefined {
      const rules = quietHours.filter((rule) => rule.channel === '*' || rule.channel === channel);
      if (rules.length === 0) return now;
      const key = `${zone} ${channel}`;
      if (!opens.has(key)) opens.set(key, quietUntil(rules, now, zone));
      return opens.get(key);
    },
  };
}
