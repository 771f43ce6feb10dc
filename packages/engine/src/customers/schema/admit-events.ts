import type { CustomerEvent } from '../../plugin/customer.ts';
import type { Json } from '../../plugin/json.ts';
import type { AttributeRow, EventTypeRow } from '../../store/attributes.ts';
import { addSeen } from '../../store/attributes.ts';
import type { Transaction } from '../../store/database.ts';
import type { MisfitRow } from '../../store/misfits.ts';
import { addMisfits, keptMessages } from '../../store/misfits.ts';
import { split } from './admit-traits.ts';
import type { KnownSchema } from './known.ts';
import { knownSchema } from './known.ts';
import type { Seen } from './seen.ts';
import { compare, isListable, roomForEvents, roomForProperties, see } from './seen.ts';
import { fits } from './types.ts';

interface Owned {
  customer: number;
  event: CustomerEvent;
}

/** Events as they may be stored, and what is to be kept of them if they are new. */
export interface AdmittedEvents {
  /** At the place of each event: as it may be stored, undefined where all of it is kept aside. */
  events: readonly (Owned | undefined)[];
  /** Keeps aside what did not fit of the events at these places. */
  keepAside(isNew: (place: number) => boolean): Promise<void>;
}

const nothing = async () => {};

/** Where all events come in: see `admitTexts`. One of a type that is declared has the category that it is declared to be of. */
export async function admitEvents(
  tx: Transaction,
  events: readonly Owned[],
  { now, source }: { now: number; source: string },
): Promise<AdmittedEvents> {
  const seen = new Map<string, { seen: Seen; event: CustomerEvent }>();
  for (const { event } of events) {
    let of = seen.get(event.type);
    if (!of) seen.set(event.type, (of = { seen: new Map(), event }));
    see(of.seen, event.properties);
  }
  const known = await knownSchema(tx);
  const attributes: AttributeRow[] = [];
  const types: EventTypeRow[] = [];
  const doubtful = new Map<string, ReadonlySet<string>>();
  const unknown = new Set<string>();
  let room = roomForEvents(known);
  let recategorised = false;
  for (const [type, { seen: ofType, event }] of seen) {
    const found = known.events.get(type);
    if (!found && known.closed) {
      unknown.add(type);
      continue;
    }
    if (!found && (room <= 0 || !isListable(type))) continue;
    if (!found) {
      room--;
      const { category } = event;
      types.push({ type, category, label: null, description: null, declared: 0, seenAt: now });
    }
    if (found?.category !== undefined) recategorised = true;
    const odd = compare(
      ofType,
      {
        scope: type,
        category: () => found?.category ?? event.category,
        closed: known.closed,
        known: found?.properties ?? new Map(),
        room: roomForProperties(known, type),
        now,
      },
      attributes,
    );
    if (odd.size > 0) doubtful.set(type, odd);
  }
  await addSeen(tx, { attributes, events: types });
  if (doubtful.size === 0 && unknown.size === 0 && !recategorised) return { events, keepAside: nothing };

  const misfits: { place: number; misfit: MisfitRow }[] = [];
  const admitted = events.map(({ customer, event }, place): Owned | undefined => {
    const { type, time: eventTime, messageId = null, category } = event;
    const of = { customer, scope: type, at: now, source, eventTime, messageId };
    if (unknown.has(type)) {
      misfits.push({ place, misfit: { ...of, name: '', value: JSON.stringify(event.properties), category } });
      return undefined;
    }
    const declared = known.events.get(type)?.category ?? category;
    const odd = split(event.properties, isMisfitOf(known, type, doubtful.get(type)));
    for (const [name, value] of odd.misfits)
      misfits.push({ place, misfit: { ...of, name, value: JSON.stringify(value), category: null } });
    if (odd.misfits.length === 0 && declared === category) return { customer, event };
    return { customer, event: { ...event, category: declared, properties: odd.fitting } };
  });
  return {
    events: admitted,
    keepAside: async (isNew) => {
      const whole = misfits.flatMap(({ misfit: { category, customer, messageId } }) =>
        category !== null && messageId !== null ? [[customer, messageId] as const] : [],
      );
      const kept = await keptMessages(tx, whole);
      const fresh = misfits.filter(({ place, misfit: { category, customer, messageId } }) => {
        if (category === null) return isNew(place);
        if (messageId === null) return true;
        const key = `${customer} ${messageId}`;
        if (kept.has(key)) return false;
        kept.add(key);
        return true;
      });
      await addMisfits(
        tx,
        fresh.map(({ misfit }) => misfit),
      );
    },
  };
}

const isMisfitOf =
  (known: KnownSchema, type: string, doubtful: ReadonlySet<string> | undefined) =>
  (name: string, value: Json): boolean => {
    if (value === null || !doubtful?.has(name)) return false;
    const declared = known.events.get(type)?.properties.get(name)?.type;
    return declared === undefined || !fits(declared, value);
  };
