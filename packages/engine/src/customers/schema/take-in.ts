import type { CustomerEvent } from '../../plugin/customer.ts';
import type { JsonObject } from '../../plugin/json.ts';
import type { Transaction } from '../../store/database.ts';
import type { StoredMisfit } from '../../store/misfits.ts';
import { deleteMisfits, misfitsOf } from '../../store/misfits.ts';
import { askMembershipsAgain } from '../../store/segment-timers.ts';
import { changeTraits } from '../change-traits.ts';
import { insertEvents } from '../insert-events.ts';
import { findSurvivors } from '../survivors.ts';
import { readTraits } from '../write-traits.ts';
import { knownSchema } from './known.ts';
import { fits } from './types.ts';

/** What became of misfits. */
export interface TakenIn {
  /** Their value is now the customer's, or the event's. */
  taken: number;
  /** A newer value has come since, or the event is gone: they are left. */
  outdated: number;
  /** They do not fit still. */
  unfit: number;
}

const chunk = 2_000;

/**
 * Takes in misfits of one field that fit by now, the oldest first, from behind `after` on: a value becomes the customer's where no
 * newer one has come, and stands in the history at the time when it came. `next` is where to go on, undefined at the end.
 */
export async function takeInMisfits(
  tx: Transaction,
  { scope, name, after }: { scope: string; name: string; after: number },
  now: number,
): Promise<TakenIn & { next: number | undefined }> {
  const misfits = await misfitsOf(tx, { scope, name, after, limit: chunk });
  const last = misfits.at(-1);
  const known = await knownSchema(tx);
  const field = (scope === '' ? known.traits : known.events.get(scope)?.properties)?.get(name);
  const isKnown = field !== undefined || !known.closed;
  const fitting = misfits.filter(({ value, category }) =>
    category !== null
      ? known.events.has(scope) || !known.closed
      : isKnown && (field?.type === undefined || fits(field.type, JSON.parse(value))),
  );
  const survivors = await findSurvivors(
    tx,
    fitting.map(({ customer }) => customer),
    'a misfit',
  );
  const owned = fitting.map((misfit) => ({ ...misfit, customer: survivors.get(misfit.customer) as number }));
  const whole = owned.filter(({ category }) => category !== null);
  const single = owned.filter(({ category }) => category === null);
  const done = [
    ...(await insertWhole(tx, whole, now)),
    ...(scope === '' ? await takeTraits(tx, single, now) : await takeProperties(tx, single)),
  ];
  await deleteMisfits(
    tx,
    { scope, name },
    done.map(({ id }) => id),
  );
  await askMembershipsAgain(tx, [...new Set(done.map(({ customer }) => customer))], now);
  return {
    taken: done.length,
    outdated: fitting.length - done.length,
    unfit: misfits.length - fitting.length,
    next: misfits.length < chunk ? undefined : last?.id,
  };
}

async function takeTraits(tx: Transaction, misfits: readonly StoredMisfit[], now: number): Promise<StoredMisfit[]> {
  if (misfits.length === 0) return [];
  const current = new Map(
    [...(await readTraits(tx, new Set(misfits.map(({ customer }) => customer))))].map(([id, text]) => [
      id,
      JSON.parse(text) as JsonObject,
    ]),
  );
  const latest = await latestChanges(tx, misfits);
  const taken: StoredMisfit[] = [];
  const changed = new Set<number>();
  const history: unknown[][] = [];
  for (const misfit of misfits) {
    const { customer, name, value, at, source } = misfit;
    if ((latest.get(customer) ?? -Infinity) > at) continue;
    taken.push(misfit);
    const traits = current.get(customer) ?? {};
    const change = changeTraits(traits, Object.fromEntries([[name, JSON.parse(value)]]));
    if (!change) continue;
    current.set(customer, change.traits);
    changed.add(customer);
    history.push([customer, at, source, JSON.stringify(change.before), JSON.stringify(change.after)]);
  }
  await tx.runMany(
    `UPDATE customer SET traits = ${tx.dialect.toJson('?')}, updated_at = ? WHERE id = ?`,
    [...changed].sort((a, b) => a - b).map((id) => [JSON.stringify(current.get(id)), now, id]),
  );
  // One by one: each asks for the next place at its instant.
  for (const [customer, at, source, before, after] of history as [number, number, string, string, string][])
    await tx.run(
      `INSERT INTO trait_change (customer, at, seq, source, before, after)
       SELECT CAST(? AS BIGINT), CAST(? AS BIGINT), coalesce(max(seq) + 1, 0), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT)
       FROM trait_change WHERE customer = ? AND at = ?`,
      [customer, at, source, before, after, customer, at],
    );
  return taken;
}

/** When the trait of these misfits has last changed, by customer. */
async function latestChanges(tx: Transaction, misfits: readonly StoredMisfit[]): Promise<Map<number, number>> {
  const oldest = new Map<number, number>();
  for (const { customer, at } of misfits) oldest.set(customer, Math.min(at, oldest.get(customer) ?? Infinity));
  const rows = await tx.all<{ customer: number; at: number; after: string }>(
    `SELECT c.customer, c.at, c.after FROM ${tx.dialect.rows(['int', 'int'])} AS wanted
     ${tx.dialect.lookupJoin} trait_change c WHERE c.customer = wanted.c0 AND c.at > wanted.c1`,
    [JSON.stringify([...oldest].sort(([a], [b]) => a - b))],
  );
  const name = misfits[0]?.name ?? '';
  const latest = new Map<number, number>();
  for (const { customer, at, after } of rows)
    if (Object.hasOwn(JSON.parse(after) as object, name))
      latest.set(customer, Math.max(at, latest.get(customer) ?? at));
  return latest;
}

/** Puts properties into the events that they are missing from. */
async function takeProperties(tx: Transaction, misfits: readonly StoredMisfit[]): Promise<StoredMisfit[]> {
  const taken: StoredMisfit[] = [];
  for (const misfit of misfits) {
    const { customer, scope, name, value, eventTime, messageId } = misfit;
    const rows = await tx.all<{ id: number; properties: string }>(
      `SELECT id, ${tx.dialect.json('properties')} AS properties FROM event
       WHERE customer = ? AND type = ? AND time = ? AND coalesce(message_id, '') = ? ORDER BY id`,
      [customer, scope, eventTime, messageId ?? ''],
    );
    const event = rows
      .map(({ id, properties }) => ({ id, properties: JSON.parse(properties) as JsonObject }))
      .find(({ properties }) => !Object.hasOwn(properties, name));
    if (!event) continue;
    const properties = Object.fromEntries([...Object.entries(event.properties), [name, JSON.parse(value)]]);
    await tx.run(
      `UPDATE event SET properties = ${tx.dialect.toJson('?')} WHERE customer = ? AND type = ? AND time = ? AND id = ?`,
      [JSON.stringify(properties), customer, scope, eventTime, event.id],
    );
    taken.push(misfit);
  }
  return taken;
}

async function insertWhole(tx: Transaction, misfits: readonly StoredMisfit[], now: number): Promise<StoredMisfit[]> {
  await insertEvents(
    tx,
    misfits.map(({ customer, scope, value, eventTime, messageId, category }) => ({
      customer,
      event: {
        type: scope,
        category: category as CustomerEvent['category'],
        time: eventTime ?? now,
        properties: JSON.parse(value) as JsonObject,
        ...(messageId === null ? {} : { messageId }),
      },
    })),
    { now },
  );
  return [...misfits];
}

/** Forgets misfits of one field, some thousand at once. How many; none when all are gone. */
export async function discardMisfits(
  tx: Transaction,
  { scope, name }: { scope: string; name: string },
): Promise<number> {
  const misfits = await misfitsOf(tx, { scope, name, after: 0, limit: 10_000 });
  return deleteMisfits(
    tx,
    { scope, name },
    misfits.map(({ id }) => id),
  );
}
