import type { Category } from '../loop/loop.ts';
import { categories } from '../loop/loop.ts';
import type { JsonObject } from '../plugin/json.ts';
import type { Transaction } from '../store/database.ts';

export interface ShownEvent {
  type: string;
  time: number;
  properties: JsonObject;
}

/** A type of events of one customer: how many, since when, and what their amounts come to. */
export interface EventFigures {
  type: string;
  category: Category;
  count: number;
  first: number;
  last: number;
  /** Of the property that holds their amount, over the latest `of` of them. */
  sum?: { property: string; currency: string | null; value: number; of: number };
}

/** Which property of an event is its amount; the first that is there. */
const amounts = ['revenue', 'total', 'value', 'amount', 'price'];
/** Amounts are added up over so many events at most, so that a page of whoever has a million is there as soon. */
const mostSummed = 10_000;

/** The types of events that a customer has, each with the category of the latest: a step of the index a type, however many events. */
export async function eventTypesOf(
  tx: Transaction,
  customer: number,
): Promise<{ type: string; category: Category; last: number }[]> {
  const rows = await tx.all<{ type: string }>(
    `WITH RECURSIVE types (type) AS (
       SELECT min(type) FROM event WHERE customer = ?
       UNION ALL SELECT (SELECT min(type) FROM event WHERE customer = ? AND type > types.type) FROM types
       WHERE types.type IS NOT NULL
     ) SELECT type FROM types WHERE type IS NOT NULL`,
    [customer, customer],
  );
  const types: { type: string; category: Category; last: number }[] = [];
  for (const { type } of rows) {
    const latest = await tx.first<{ category: Category; last: number }>(
      'SELECT category, time AS last FROM event WHERE customer = ? AND type = ? ORDER BY time DESC, id DESC LIMIT 1',
      [customer, type],
    );
    if (latest) types.push({ type, ...latest });
  }
  return types;
}

/** The types of events that a customer has, by one walk through the index: each with the category of the latest. */
export async function readEventTypes(tx: Transaction, customer: number): Promise<EventFigures[]> {
  const rows = await tx.all<Omit<EventFigures, 'category'>>(
    `SELECT type, count(*) AS count, min(time) AS first, max(time) AS last FROM event
     WHERE customer = ? GROUP BY type ORDER BY type`,
    [customer],
  );
  const types: EventFigures[] = [];
  for (const row of rows) {
    const latest = await tx.first<{ category: Category }>(
      'SELECT category FROM event WHERE customer = ? AND type = ? AND time = ? ORDER BY id DESC LIMIT 1',
      [customer, row.type, row.last],
    );
    types.push({ ...row, category: latest?.category ?? 'contact' });
  }
  return types;
}

/** The latest events of some types together, newest first. */
export async function latestEvents(
  tx: Transaction,
  customer: number,
  types: readonly string[],
  limit: number,
): Promise<ShownEvent[]> {
  const found: (ShownEvent & { id: number })[] = [];
  for (const type of types) {
    const rows = await tx.all<{ id: number; time: number; properties: string }>(
      `SELECT id, time, ${tx.dialect.json('properties')} AS properties FROM event
       WHERE customer = ? AND type = ? ORDER BY time DESC, id DESC LIMIT ?`,
      [customer, type, limit],
    );
    for (const { id, time, properties } of rows)
      found.push({ id, type, time, properties: JSON.parse(properties) as JsonObject });
  }
  return found
    .sort((a, b) => b.time - a.time || b.id - a.id)
    .slice(0, limit)
    .map(({ type, time, properties }) => ({ type, time, properties }));
}

/** Of each category how many events there are, the latest, and the figures of its types. */
export async function showEvents(
  tx: Transaction,
  customer: number,
  latest: number,
): Promise<Record<Category, { total: number; latest: ShownEvent[]; types: EventFigures[] }>> {
  const types = await readEventTypes(tx, customer);
  const shown = {} as Record<Category, { total: number; latest: ShownEvent[]; types: EventFigures[] }>;
  for (const category of categories) {
    const ofCategory = types.filter((each) => each.category === category);
    const names = ofCategory.map(({ type }) => type);
    const events = await latestEvents(tx, customer, names, latest);
    const figures: EventFigures[] = [];
    for (const each of ofCategory)
      figures.push(
        category === 'order' || category === 'payment' ? { ...each, ...(await sumOf(tx, customer, each.type)) } : each,
      );
    shown[category] = {
      total: ofCategory.reduce((total, { count }) => total + count, 0),
      latest: events,
      types: figures.sort((a, b) => b.last - a.last),
    };
  }
  return shown;
}

async function sumOf(tx: Transaction, customer: number, type: string): Promise<Pick<EventFigures, 'sum'>> {
  const [last] = await latestEvents(tx, customer, [type], 1);
  const property = amounts.find((name) => typeof last?.properties[name] === 'number');
  if (!last || property === undefined) return {};
  const path = tx.dialect.jsonKey(property);
  const row = await tx.first<{ value: number | null; of: number }>(
    `SELECT sum(${tx.dialect.jsonNumber('properties')}) AS value, count(*) AS "of" FROM (
       SELECT properties FROM event WHERE customer = ? AND type = ? ORDER BY time DESC LIMIT ?) AS latest`,
    [path, path, customer, type, mostSummed],
  );
  const { currency } = last.properties;
  return {
    sum: {
      property,
      currency: typeof currency === 'string' ? currency : null,
      value: row?.value ?? 0,
      of: row?.of ?? 0,
    },
  };
}
