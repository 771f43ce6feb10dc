import { DAY, type Person } from './person.ts';
import type { Random } from './random.ts';

/** The six kinds of information an operator holds about a customer. */
export const CATEGORIES = ['basic', 'order', 'payment', 'service', 'contact', 'analysis'] as const;
export type Category = (typeof CATEGORIES)[number];

export type SourceEvent = {
  readonly messageId: string;
  readonly type: string;
  readonly category: Category;
  /** ISO 8601 UTC. */
  readonly time: string;
  /** The key by which the system that reports it knows the customer. */
  readonly key: string;
  readonly properties: Readonly<Record<string, string | number>>;
};

/**
 * What happened to one person until `now`, oldest first. It is bounded on purpose: of each kind the latest only, so that
 * a base of any size has about six events a person.
 */
export function drawHistory(person: Person, now: number, random: Random): SourceEvent[] {
  const events: SourceEvent[] = [];
  const add = (key: string, type: string, category: Category, at: number, properties: SourceEvent['properties']) =>
    events.push({
      messageId: `${key}:${type}`,
      type,
      category,
      time: new Date(Math.min(at, now - 1)).toISOString(),
      key,
      properties,
    });
  const begun = now - person.tenureMonths * 30 * DAY;
  const since = (at: number) => at + Math.floor(random.float() * (now - at));

  if (person.tenureMonths <= 24) add(person.id, 'account_opened', 'basic', begun, { contract: person.contract });
  if (person.secondAccount && person.secondAccount.kind !== 'enteredTwice') {
    add(person.secondAccount.number, 'address_changed', 'basic', now - random.int(1, 90) * DAY, {
      postcode: person.home.postcode,
    });
  }
  const product = person.internet === 'No' ? 'Mobile' : person.internet;
  add(person.id, 'order_placed', 'order', since(Math.max(begun, now - 730 * DAY)), {
    product,
    value: person.monthlyChargeMinor,
    currency: 'EUR',
  });
  const invoice = { value: person.monthlyChargeMinor, currency: 'EUR' };
  if (person.paidInvoices > 0) {
    add(person.id, 'invoice_paid', 'payment', person.lastPaymentAt, { ...invoice, method: person.paymentMethod });
  }
  if (person.latePayments > 0) {
    add(person.id, 'invoice_late', 'payment', since(Math.max(begun, now - 365 * DAY)), {
      ...invoice,
      daysLate: random.int(3, 45),
    });
  }
  if (person.caller) {
    const { callerId, lastTicketAt, lastTopic, lastContactAt, preferredChannel } = person.caller;
    if (lastTicketAt !== undefined && lastTopic !== undefined) {
      add(callerId, 'ticket_opened', 'service', lastTicketAt, { topic: lastTopic });
      const closedAt = lastTicketAt + random.int(1, 9) * DAY;
      if (closedAt < now) add(callerId, 'ticket_closed', 'service', closedAt, { topic: lastTopic });
    }
    add(callerId, 'contact_made', 'contact', lastContactAt, { channel: preferredChannel });
  }
  if (person.subject) {
    add(person.subject.subjectId, 'score_computed', 'analysis', now - random.int(1, 28) * DAY, {
      score: person.subject.churnScore,
      model: 'churn-2019',
    });
  }
  return events.sort((one, other) => (one.time < other.time ? -1 : one.time > other.time ? 1 : 0));
}
