import type { Category } from '../../loop/loop.ts';
import type { Json } from '../../plugin/json.ts';
import type { AttributeRow } from '../../store/attributes.ts';
import { looksPersonal } from './guess.ts';
import type { KnownAttribute, KnownSchema } from './known.ts';
import { add, fitsAll, fitting } from './types.ts';

/** The types of the values that came under each name, a bit each. A plain map of numbers, which another thread can be sent. */
export type Seen = Map<string, number>;

/** Adds what these values are. A tenth of a microsecond a value: this is done for every record that comes in. */
export function see(seen: Seen, values: Readonly<Record<string, Json>>): void {
  for (const name in values) {
    const came = seen.get(name) ?? 0;
    const now = add(came, values[name]);
    if (now !== came) seen.set(name, now);
  }
}

export function joinSeen(to: Seen, from: Seen): void {
  for (const [name, came] of from) to.set(name, (to.get(name) ?? 0) | came);
}

/**
 * How many names are inferred at most: a client that makes a name of every id it has must not fill the schema, nor the memory.
 * What is beyond that is taken in, and does not stand in the list.
 */
const most = { traits: 2_000, events: 1_000, propertiesOfOne: 500, properties: 20_000, nameLength: 200 } as const;

/** Names that both databases keep as they are; another would be found new every time it comes. */
export const isListable = (name: string): boolean =>
  name.length <= most.nameLength && !name.includes('\0') && name.isWellFormed();

/** Holds what came under one scope against what is known of it: what is new goes into `fresh`, what does not fit is told. */
export function compare(
  seen: Seen,
  {
    scope,
    category,
    closed,
    known,
    room,
    now,
  }: {
    scope: string;
    category: (name: string) => Category;
    closed: boolean;
    known: ReadonlyMap<string, KnownAttribute>;
    room: number;
    now: number;
  },
  fresh: AttributeRow[],
): Set<string> {
  const doubtful = new Set<string>();
  let left = room;
  for (const [name, came] of seen) {
    const attribute = known.get(name);
    if (attribute?.type !== undefined && !fitsAll(attribute.type, came)) doubtful.add(name);
    if (attribute === undefined && closed) doubtful.add(name);
    else if ((fitting(attribute?.type, came) & ~(attribute?.came ?? 0)) !== 0) {
      if (attribute === undefined && (left <= 0 || !isListable(name))) continue;
      if (attribute === undefined) left--;
      fresh.push({
        scope,
        name,
        came: fitting(attribute?.type, came),
        type: null,
        category: category(name),
        label: null,
        description: null,
        pii: looksPersonal(name) ? 1 : 0,
        indexed: 0,
        seenAt: now,
      });
    }
  }
  return doubtful;
}

export const roomForTraits = (known: KnownSchema): number => most.traits - known.traits.size;
export const roomForEvents = (known: KnownSchema): number => most.events - known.events.size;
export const roomForProperties = (known: KnownSchema, type: string): number =>
  Math.min(most.propertiesOfOne - (known.events.get(type)?.properties.size ?? 0), most.properties - known.properties);
