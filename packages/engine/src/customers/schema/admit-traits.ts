import type { Json, JsonObject } from '../../plugin/json.ts';
import type { AttributeRow } from '../../store/attributes.ts';
import { addSeen } from '../../store/attributes.ts';
import type { Transaction } from '../../store/database.ts';
import { addMisfits } from '../../store/misfits.ts';
import { traitCategory } from './guess.ts';
import { knownSchema } from './known.ts';
import type { Seen } from './seen.ts';
import { compare, roomForTraits, see } from './seen.ts';
import { fits } from './types.ts';

type Traits = Readonly<Record<string, Json>>;

/** A trait that was kept aside: of the record or patch at this place. */
export interface Aside {
  place: number;
  name: string;
  value: Json;
}

/**
 * Where all traits come in. What nobody knew is written down once, what does not fit its declaration (or, in a closed schema, has
 * none) is taken out. As long as everything fits, which the types in `seen` tell for all records at once, no record is looked at.
 */
export async function admitTexts(
  tx: Transaction,
  texts: readonly string[],
  seen: Seen,
  now: number,
): Promise<{ texts: readonly string[]; aside: Aside[] }> {
  const judgement = await judge(tx, seen, now);
  if (!judgement) return { texts, aside: [] };
  const { mayHave, isMisfit } = judgement;
  const aside: Aside[] = [];
  const admitted = texts.map((text, place) => {
    if (!mayHave(text)) return text;
    const { fitting, misfits } = split(JSON.parse(text) as JsonObject, isMisfit);
    if (misfits.length === 0) return text;
    for (const [name, value] of misfits) aside.push({ place, name, value });
    return JSON.stringify(fitting);
  });
  return { texts: admitted, aside };
}

/** The same for traits that are objects. */
export async function admitObjects(
  tx: Transaction,
  objects: readonly Traits[],
  now: number,
): Promise<{ objects: readonly Traits[]; aside: Aside[] }> {
  const seen: Seen = new Map();
  for (const object of objects) see(seen, object);
  const judgement = await judge(tx, seen, now);
  if (!judgement) return { objects, aside: [] };
  const aside: Aside[] = [];
  const admitted = objects.map((object, place) => {
    const { fitting, misfits } = split(object, judgement.isMisfit);
    for (const [name, value] of misfits) aside.push({ place, name, value });
    return misfits.length === 0 ? object : fitting;
  });
  return { objects: admitted, aside };
}

interface Judgement {
  mayHave: (text: string) => boolean;
  isMisfit: (name: string, value: Json) => boolean;
}

/** Undefined when all of it fits. */
async function judge(tx: Transaction, seen: Seen, now: number): Promise<Judgement | undefined> {
  if (seen.size === 0) return undefined;
  const known = await knownSchema(tx);
  const fresh: AttributeRow[] = [];
  const doubtful = compare(
    seen,
    { scope: '', category: traitCategory, closed: known.closed, known: known.traits, room: roomForTraits(known), now },
    fresh,
  );
  await addSeen(tx, { attributes: fresh, events: [] });
  if (doubtful.size === 0) return undefined;
  const keys = Array.from(doubtful, (name) => JSON.stringify(name));
  return {
    mayHave: (text) => keys.some((key) => text.includes(key)),
    isMisfit: (name, value) => {
      if (value === null || !doubtful.has(name)) return false;
      const type = known.traits.get(name)?.type;
      return type === undefined || !fits(type, value);
    },
  };
}

/** Entries rather than properties: a trait may be named __proto__. */
export function split(
  object: Readonly<Record<string, Json>>,
  isMisfit: (name: string, value: Json) => boolean,
): { fitting: JsonObject; misfits: [string, Json][] } {
  const entries = Object.entries(object);
  const misfits = entries.filter(([name, value]) => isMisfit(name, value));
  if (misfits.length === 0) return { fitting: object as JsonObject, misfits };
  return { fitting: Object.fromEntries(entries.filter((entry) => !misfits.includes(entry))) as JsonObject, misfits };
}

/** Keeps traits that did not fit; `customerAt` says whose they are, and nobody's are not kept. How many there are of each. */
export async function keepAside(
  tx: Transaction,
  aside: readonly Aside[],
  customerAt: (place: number) => number | undefined,
  { now, source }: { now: number; source: string },
): Promise<Record<string, number>> {
  if (aside.length === 0) return {};
  const counts = new Map<string, number>();
  const misfits = aside.flatMap(({ place, name, value }) => {
    const customer = customerAt(place);
    if (customer === undefined) return [];
    counts.set(name, (counts.get(name) ?? 0) + 1);
    const of = { scope: '', name, at: now, value: JSON.stringify(value), source };
    return [{ customer, ...of, eventTime: null, messageId: null, category: null }];
  });
  await addMisfits(tx, misfits);
  return Object.fromEntries(counts);
}
