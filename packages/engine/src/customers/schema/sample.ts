import type { Category } from '../../loop/loop.ts';
import type { Json, JsonObject } from '../../plugin/json.ts';
import type { Transaction } from '../../store/database.ts';
import { bitOf } from './types.ts';

/** What a look at some of the base tells of a trait or a property. */
export interface Found {
  /** How many of those who were looked at have it. */
  having: number;
  /** How many values of each type, by its bit. */
  came: Map<number, number>;
  /** Its values, as long as they are few. */
  values: Set<string>;
}

export interface Sample {
  /** Customers looked at for shares, spread evenly over the base. */
  customers: number;
  traits: Map<string, Found>;
  events: Map<string, { category: Category; count: number; properties: Map<string, Found> }>;
  /** Events looked at: the latest. */
  eventsLookedAt: number;
}

const spread = 2_000;
const newest = 200;
const latest = 4_000;
/** A trait with more values than this is one to type, not to choose. */
export const mostValues = 30;

/** Looks at some customers and at the latest events. Some 30 ms, however large the base. */
export async function takeSample(tx: Transaction): Promise<Sample> {
  const sample: Sample = { customers: 0, traits: new Map(), events: new Map(), eventsLookedAt: 0 };
  // Each by itself: SQLite reads all to find both at once.
  const ends = await tx.first<{ first: number | null; last: number | null }>(
    'SELECT (SELECT min(id) FROM customer) AS first, (SELECT max(id) FROM customer) AS last',
  );
  const first = ends?.first ?? 1;
  const last = ends?.last ?? 0;
  const step = Math.max(1, (last - first + 1) / spread);
  const ids: number[] = [];
  for (let i = 0; i < spread && first + Math.floor(i * step) <= last; i++) ids.push(first + Math.floor(i * step));
  const customers = await tx.all<{ traits: string }>(
    `SELECT ${tx.dialect.json('traits')} AS traits FROM customer
     WHERE merged_into IS NULL AND id IN (SELECT value FROM ${tx.dialect.list('int')} AS wanted)`,
    [JSON.stringify(ids)],
  );
  for (const { traits } of customers) look(sample.traits, traits, true);
  sample.customers = customers.length;
  // What is collected since today is asked for today.
  const young = await tx.all<{ traits: string }>(
    `SELECT ${tx.dialect.json('traits')} AS traits FROM customer WHERE merged_into IS NULL ORDER BY id DESC LIMIT ?`,
    [newest],
  );
  for (const { traits } of young) look(sample.traits, traits, false);

  const events = await tx.all<{ type: string; category: Category; properties: string }>(
    `SELECT type, category, ${tx.dialect.json('properties')} AS properties FROM (${latestEvents(tx)}) AS latest`,
    [latest],
  );
  for (const { type, category, properties } of events) {
    const of = sample.events.get(type) ?? { category, count: 0, properties: new Map<string, Found>() };
    sample.events.set(type, of);
    of.count++;
    look(of.properties, properties, true);
  }
  sample.eventsLookedAt = events.length;
  return sample;
}

function look(found: Map<string, Found>, text: string, counts: boolean): void {
  for (const [name, value] of Object.entries(JSON.parse(text) as JsonObject)) {
    if (value === null) continue;
    const of = found.get(name) ?? { having: 0, came: new Map<number, number>(), values: new Set<string>() };
    found.set(name, of);
    const bit = bitOf(value);
    of.came.set(bit, (of.came.get(bit) ?? 0) + (counts ? 1 : 0));
    if (counts) of.having++;
    if (of.values.size <= mostValues && isChoice(value)) of.values.add(String(value));
  }
}

const isChoice = (value: Json): boolean => typeof value !== 'object' && String(value).length <= 60;

/** The latest events, so many. On PostgreSQL, where no index has them in their order, those that lie last on disk. */
const latestEvents = (tx: Transaction): string =>
  tx.dialect.name === 'sqlite'
    ? 'SELECT type, category, properties FROM event ORDER BY id DESC LIMIT ?'
    : `SELECT type, category, properties FROM event WHERE ctid >= CAST(
         '(' || greatest(pg_relation_size('event') / 8192 - 1000, 0) || ',0)' AS tid) ORDER BY id DESC LIMIT ?`;
