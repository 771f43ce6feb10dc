import type { JsonObject } from '../plugin/index.ts';
import type { Window } from '../rule/index.ts';
import { parseInstant } from '../rule/index.ts';
import type { Transaction } from '../store/index.ts';
import type { Parts } from './parts.ts';

/**
 * Sets a timer for the next instant at which a window moves past something of each of these customers. One that is left
 * from before asks in vain once, which is cheaper than to look for it.
 */
export async function armSegmentTimers(
  { store, customers: base }: Parts,
  tx: Transaction,
  windows: readonly Window[],
  customers: readonly number[],
  now: number,
): Promise<void> {
  const timers: [due: number, customer: number][] = [];
  const add = (customer: number, value: unknown, milliseconds: number) => {
    const due = nextEdge(value, milliseconds, now);
    if (due !== undefined) timers.push([due, customer]);
  };
  for (const window of windows)
    if (window.on === 'event') await store.setEventTimers(tx, { ...window, customers, now });

  const ofTraits = windows.filter((window) => window.on === 'trait');
  if (ofTraits.length > 0)
    for (const [customer, text] of await base.readTraits(tx, customers)) {
      const traits = JSON.parse(text) as JsonObject;
      for (const { name, milliseconds } of ofTraits) add(customer, own(traits, name), milliseconds);
    }
  const ofProperties = windows.filter((window) => window.on === 'property');
  for (const type of new Set(ofProperties.map((window) => window.type)))
    for (const { customer, properties } of await store.eventProperties(tx, type, customers)) {
      const event = JSON.parse(properties) as JsonObject;
      for (const { name, milliseconds, ...window } of ofProperties)
        if (window.type === type) add(customer, own(event, name), milliseconds);
    }
  await store.setSegmentTimers(tx, timers);
}

const own = (object: JsonObject, name: string): unknown => (Object.hasOwn(object, name) ? object[name] : undefined);

/** When an instant comes into a window that ends now and is so long, or has gone out of it: the next of the two. */
function nextEdge(value: unknown, milliseconds: number, now: number): number | undefined {
  const instant = typeof value === 'string' ? parseInstant(value) : value;
  if (typeof instant !== 'number') return undefined;
  const edge = instant > now ? Math.ceil(instant) : Math.floor(instant + milliseconds) + 1;
  return edge > now && edge <= latestInstant ? edge : undefined;
}

/** The last that a JavaScript date can hold. */
const latestInstant = 8_640_000_000_000_000;
