import type { Transaction } from './database.ts';

/** The consents of customers that stand now: the latest for each channel and purpose. */
export async function standingConsents(
  tx: Transaction,
  customers: readonly number[],
): Promise<{ customer: number; channel: string; purpose: string; granted: number }[]> {
  return tx.all(
    `SELECT c.customer, c.channel, c.purpose, c.granted
     FROM ${tx.dialect.list('int')} l ${tx.dialect.lookupJoin} consent c
     WHERE c.customer = l.value AND c.at = (
       SELECT max(x.at) FROM consent x WHERE x.customer = c.customer AND x.channel = c.channel AND x.purpose = c.purpose)`,
    [JSON.stringify(customers)],
  );
}

/** A message that has gone out, or may have, or may go out now. */
export interface KnownContact {
  customer: number;
  n: number;
  step: number;
  node: number;
  turn: number;
  status: 'sent' | 'unknown' | 'sending' | 'queued';
  channel: string;
  purpose: string;
  priority: number;
  due: number;
  settledAt: number | null;
  address: string;
  quiet: number;
}

/** What customers have been sent since an instant, what is on its way to them, and what else is due to them. Over all loops. */
export async function knownContacts(
  tx: Transaction,
  { customers, since, now }: { customers: readonly number[]; since: number; now: number },
): Promise<KnownContact[]> {
  const { dialect } = tx;
  return tx.all(
    `SELECT m.customer, m.n, m.step, m.node, m.turn, m.status, m.channel, m.purpose, m.priority, m.due,
       m.settled_at AS "settledAt", m.address, e.quiet
     FROM ${dialect.list('int')} l ${dialect.lookupJoin} message m ${dialect.lookupJoin} enrollment e
     WHERE m.customer = l.value AND e.customer = m.customer AND e.n = m.n AND m.channel <> ''
       AND (m.status = 'sending' OR (m.status IN ('sent', 'unknown') AND m.settled_at >= ?) OR (m.status = 'queued' AND m.due <= ?))`,
    [JSON.stringify(customers), since, now],
  );
}

/** When each customer last had an event of each of these types, between two instants. */
export async function lastEvents(
  tx: Transaction,
  query: { customers: readonly number[]; types: readonly string[]; since: number; until: number },
): Promise<{ customer: number; type: string; time: number }[]> {
  if (query.types.length === 0) return [];
  const { dialect } = tx;
  return tx.all(
    `SELECT e.customer, e.type, max(e.time) AS time
     FROM ${dialect.list('int')} l ${dialect.lookupJoin} ${dialect.list('text')} t ${dialect.lookupJoin} event e
     WHERE e.customer = l.value AND e.type = t.value AND e.time >= ? AND e.time <= ? GROUP BY e.customer, e.type`,
    [JSON.stringify(query.customers), JSON.stringify(query.types), query.since, query.until],
  );
}

/** The traits of customers, as JSON text. */
export async function traitsOf(
  tx: Transaction,
  customers: readonly number[],
): Promise<{ customer: number; traits: string }[]> {
  return tx.all(
    `SELECT c.id AS customer, ${tx.dialect.json('c.traits')} AS traits
     FROM ${tx.dialect.list('int')} l ${tx.dialect.lookupJoin} customer c WHERE c.id = l.value`,
    [JSON.stringify(customers)],
  );
}

/** The address that a node wrote to last for a customer. */
export async function lastAddress(
  tx: Transaction,
  { customer, node }: { customer: number; node: number },
): Promise<string | undefined> {
  const row = await tx.first<{ address: string }>(
    `SELECT address FROM message WHERE customer = ? AND node = ? AND address <> '' ORDER BY n DESC, step DESC LIMIT 1`,
    [customer, node],
  );
  return row?.address;
}
