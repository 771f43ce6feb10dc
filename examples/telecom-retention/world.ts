import TinyQueue from 'tinyqueue';
import { directoryOf } from './directory.ts';
import type { TelecomBase } from './generate.ts';
import type { Person } from './person.ts';
import { type Contact, timeline, type WorldEvent } from './timeline.ts';

/**
 * The operator's customers as the outside world: contacts go in, answers come out when their time has come. It holds no
 * timer and reads no clock; whoever drives it says what time it is. Handing over the same contacts again, to this world
 * or after a restart to a new one, gives the same answers under the same ids.
 */
export type World = {
  receive(contact: Contact): Receipt;
  /** When the next answer is due; it may lie in the past if a contact was handed over late. */
  nextDue(): number | undefined;
  /** All answers due until then, that instant included, sorted by time. Each is given once. */
  take(until: number): WorldEvent[];
};

export type Receipt = 'taken' | 'repeated' | 'unknown';

type Planned = { readonly event: WorldEvent; readonly person: string; readonly plan: number };

type Customer = { readonly person: Person; readonly contacts: Contact[]; plan: number };

export function createWorld(base: TelecomBase, { seed }: { readonly seed: number }): World {
  const directory = directoryOf(base);
  const received = new Set<string>();
  const customers = new Map<string, Customer>();
  const given = new Set<string>();
  const queue = new TinyQueue<Planned>([], inTime);

  // A new contact makes a new plan for its customer; what is left of the old one is dropped as it comes up.
  function due(): Planned | undefined {
    for (let first = queue.peek(); first; first = queue.peek()) {
      if (customers.get(first.person)?.plan === first.plan && !given.has(first.event.messageId)) return first;
      queue.pop();
    }
    return undefined;
  }

  return {
    receive(contact) {
      if (received.has(contact.id)) return 'repeated';
      const person =
        (contact.customerKey === undefined ? undefined : directory.find(contact.customerKey)) ??
        directory.find(contact.address);
      if (!person) return 'unknown';
      received.add(contact.id);
      const customer = customers.get(person.id) ?? { person, contacts: [], plan: 0 };
      customers.set(person.id, customer);
      customer.contacts.push(contact);
      customer.plan += 1;
      for (const event of timeline(seed, person, customer.contacts)) {
        if (!given.has(event.messageId)) queue.push({ event, person: person.id, plan: customer.plan });
      }
      return 'taken';
    },
    nextDue: () => due()?.event.time,
    take(until) {
      const events: WorldEvent[] = [];
      for (let next = due(); next && next.event.time <= until; next = due()) {
        queue.pop();
        given.add(next.event.messageId);
        events.push(next.event);
      }
      return events;
    },
  };
}

function inTime({ event: one }: Planned, { event: other }: Planned): number {
  return one.time - other.time || (one.messageId < other.messageId ? -1 : 1);
}
