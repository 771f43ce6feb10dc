import type { CustomerReader } from '../plugin/contexts.ts';
import type { CustomerEvent } from '../plugin/customer.ts';
import type { Database, SqlValue, Transaction } from '../store/database.ts';
import { findCustomers } from './find-customers.ts';
import { findAlike } from './likeness/find-alike.ts';
import { findByIdentity } from './identity/find-by-identity.ts';

/** What node types may read of the customer base, as it was at the last commit. */
export function createReader(db: Database, now: number): CustomerReader {
  return {
    events: (customers, query) => db.read((tx) => readEvents(tx, customers, query)),
    findByIdentity: (kind, values) => db.read((tx) => findByIdentity(tx, kind, values)),
    customers: (ids) =>
      db.read(async (tx) => new Map((await findCustomers(tx, ids)).map((customer) => [customer.id, customer]))),
    alike: (ids) => db.read((tx) => findAlike(tx, ids)),
    quantiles: (query) => db.read((tx) => readQuantiles(tx, query, now)),
  };
}

async function readEvents(
  tx: Transaction,
  customers: readonly number[],
  { type, since, until }: { type: string; since?: number; until?: number },
): Promise<Map<number, CustomerEvent[]>> {
  const rows = await tx.all<{
    customer: number;
    category: CustomerEvent['category'];
    time: number;
    properties: string;
    message_id: string | null;
  }>(
    `SELECT customer, category, time, ${tx.dialect.json('properties')} AS properties, message_id FROM event
     WHERE customer IN (SELECT value FROM ${tx.dialect.list('int')} AS wanted) AND type = ? AND time >= ? AND time <= ?
     ORDER BY customer, time, id`,
    [JSON.stringify(customers), type, since ?? Number.MIN_SAFE_INTEGER, until ?? Number.MAX_SAFE_INTEGER],
  );
  const found = new Map<number, CustomerEvent[]>();
  for (const { customer, category, time, properties, message_id } of rows) {
    const events = found.get(customer) ?? [];
    found.set(customer, events);
    events.push({
      type,
      category,
      time,
      properties: JSON.parse(properties),
      ...(message_id === null ? {} : { messageId: message_id }),
    });
  }
  return found;
}

/** Nearest-rank quantiles: the value of the smallest customer whom at least that share of all customers does not exceed. */
async function readQuantiles(
  tx: Transaction,
  { event, measure, property, since, probabilities }: Parameters<CustomerReader['quantiles']>[0],
  now: number,
): Promise<number[]> {
  const measures = {
    recency: 'CAST(? AS BIGINT) - max(time)',
    frequency: 'count(*)',
    monetary: `coalesce(sum(${tx.dialect.jsonNumber('properties')}), 0)`,
  };
  const path = tx.dialect.jsonKey(property ?? '');
  const parameters: Record<typeof measure, SqlValue[]> = { recency: [now], frequency: [], monetary: [path, path] };
  const rows = await tx.all<{ value: number }>(
    `SELECT ${measures[measure]} AS value FROM event WHERE type = ? AND time >= ? AND time <= ? GROUP BY customer ORDER BY value`,
    [...parameters[measure], event, since ?? Number.MIN_SAFE_INTEGER, now],
  );
  if (rows.length === 0) return probabilities.map(() => 0);
  return probabilities.map((share) => rows[Math.max(0, Math.ceil(share * rows.length) - 1)]?.value ?? 0);
}
