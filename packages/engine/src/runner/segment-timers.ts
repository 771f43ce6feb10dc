import type { JsonObject } from '../plugin/index.ts';
import { parseInstant } from '../rule/index.ts';
import type { SegmentTimer, Transaction } from '../store/index.ts';
import type { NamedWindow } from './known-segments.ts';
import type { Parts } from './parts.ts';

/**
 * Sets a timer for the next instant at which a window moves past something of each of these customers. One that is left
 * from before asks in vain once, which is cheaper than to look for it.
 */
export async function armSegmentTimers(
  { store, customers: base }: Parts,
  tx: Transaction,
  { what, of: window }: NamedWindow,
  customers: readonly number[],
  now: number,
): Promise<void> {
  const next = new Map<number, number>();
  const look = (customer: number, value: unknown) => {
    const due = nextEdge(value, window.milliseconds, now);
    if (due !== undefined) next.set(customer, Math.min(due, next.get(customer) ?? due));
  };
  switch (window.on) {
    case 'event':
      return store.setEventTimers(tx, { ...window, what, customers, now });
    case 'trait':
      for (const [customer, text] of await base.readTraits(tx, customers)) look(customer, own(text, window.name));
      break;
    case 'property':
      for (const { customer, properties } of await store.eventProperties(tx, window.type, customers))
        look(customer, own(properties, window.name));
      break;
    case 'change':
      for (const { customer, at, before, after } of await store.traitChanges(tx, customers))
        if (Object.hasOwn(JSON.parse(before) as object, window.trait))
          look(customer, window.of === 'time' ? at : own(window.of === 'from' ? before : after, window.trait));
      break;
    case 'since':
      for (const { customer, from } of await store.spans(tx, window.group, customers)) look(customer, from);
      break;
    case 'groupTrait':
      for (const { customer, traits } of await store.groupTraits(tx, window.group, customers))
        look(customer, own(traits, window.name));
      break;
    case 'relationship':
      for (const { customer, from, to } of await store.spans(tx, window.group, customers))
        for (const edge of [from, to]) if (edge !== null && edge > now) look(customer, edge);
      break;
  }
  await store.setSegmentTimers(
    tx,
    Array.from(next, ([customer, due]): SegmentTimer => [due, customer, what]),
  );
}

/** What a JSON text of an object holds under a name. */
function own(text: string, name: string): unknown {
  const object = JSON.parse(text) as JsonObject;
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** When an instant comes into a window that ends now and is so long, or has gone out of it: the next of the two. */
function nextEdge(value: unknown, milliseconds: number, now: number): number | undefined {
  const instant = typeof value === 'string' ? parseInstant(value) : value;
  if (typeof instant !== 'number') return undefined;
  const edge = instant > now ? Math.ceil(instant) : Math.floor(instant + milliseconds) + 1;
  return edge > now && edge <= latestInstant ? edge : undefined;
}

/** The last that a JavaScript date can hold. */
const latestInstant = 8_640_000_000_000_000;
