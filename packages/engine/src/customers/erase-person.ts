import type { Transaction } from '../store/database.ts';
import { forgetMemberships } from '../store/membership.ts';
import { suppressionHash } from './permission/suppression-hash.ts';
import { forgetWords } from './search-words.ts';
import { nameOf } from './show-name.ts';

/** How much of each kind there is, or was, of a person. */
export type ErasureCounts = Record<string, number>;

/** What is theirs alone and goes as it is: the name in the counts, the table, and the columns that say whose it is. */
const tables: readonly (readonly [name: string, table: string, ...columns: string[]])[] = [
  ['identities', 'identity', 'customer'],
  ['events', 'event', 'customer'],
  ['traitChanges', 'trait_change', 'customer'],
  ['consents', 'consent', 'customer'],
  ['optIns', 'opt_in', 'customer'],
  ['relationships', 'relationship', 'customer'],
  ['lists', 'list_member', 'customer'],
  ['segments', 'membership', 'customer'],
  ['keptAside', 'misfit', 'customer'],
  ['proposals', 'merge_proposal', 'customer', 'other'],
  ['merges', 'merge', 'customer', 'into_customer'],
];

const those = (tx: Transaction, column: string): string =>
  `${column} IN (SELECT value FROM ${tx.dialect.list('int')} AS wanted)`;
const ofThem = (tx: Transaction, columns: readonly string[]): string =>
  columns.map((column) => those(tx, column)).join(' OR ');

/** What an erasure of these customers would take away. */
export async function countPerson(tx: Transaction, customers: readonly number[]): Promise<ErasureCounts> {
  const ids = JSON.stringify(customers);
  const counts: ErasureCounts = { customers: customers.length };
  const count = async (sql: string, times = 1): Promise<number> =>
    Number(
      (
        await tx.first<{ count: number }>(
          sql,
          Array.from({ length: times }, () => ids),
        )
      )?.count ?? 0,
    );
  for (const [name, table, ...columns] of tables)
    counts[name] = await count(`SELECT count(*) AS count FROM ${table} WHERE ${ofThem(tx, columns)}`, columns.length);
  counts.messages = await count(`SELECT count(*) AS count FROM message WHERE ${those(tx, 'customer')}`);
  counts.enrollments = await count(
    `SELECT count(*) AS count FROM enrollment WHERE ${those(tx, 'customer')} AND ended_at IS NULL`,
  );
  return counts;
}

/** A text as JSON holds it between its quotes. */
const escaped = (value: string): string => JSON.stringify(value).slice(1, -1);

/**
 * The texts by which this person can be told from all others, for what is kept under no customer: what they are known by,
 * and what they are called. Too short ones would be found in half of all words.
 */
export async function tellingTexts(tx: Transaction, customers: readonly number[]): Promise<string[]> {
  const ids = JSON.stringify(customers);
  const texts = new Set<string>();
  const add = (value: unknown) => {
    if (typeof value === 'string' && value.trim().length >= 5) texts.add(value.trim());
  };
  for (const { value } of await tx.all<{ value: string }>(`SELECT value FROM identity WHERE ${those(tx, 'customer')}`, [
    ids,
  ]))
    add(value);
  for (const { address } of await tx.all<{ address: string }>(
    `SELECT DISTINCT address FROM message WHERE ${those(tx, 'customer')}`,
    [ids],
  ))
    add(address);
  for (const { traits } of await tx.all<{ traits: string }>(
    `SELECT ${tx.dialect.json('traits')} AS traits FROM customer WHERE ${those(tx, 'id')}`,
    [ids],
  )) {
    const known = JSON.parse(traits);
    for (const each of [nameOf(known), known.email, known.phone]) add(each);
  }
  return [...texts].sort((a, b) => b.length - a.length);
}

/**
 * Takes away all that names or describes these customers. What stays are numbers: that there were enrollments, steps and
 * messages, what they cost; and keyed hashes of the addresses, so that nothing is sent to them again. Enrollments must have
 * ended, and no message be under way. Whoever was in a group with them is given back: their segments may be others now.
 */
export async function erasePerson(
  tx: Transaction,
  customers: readonly number[],
  { now, actor, secret }: { now: number; actor: string; secret: string | undefined },
): Promise<{ counts: ErasureCounts; related: number[] }> {
  const ids = JSON.stringify(customers);
  const counts = await countPerson(tx, customers);
  const telling = await tellingTexts(tx, customers);
  const suppressed = secret === undefined ? [] : await addressesOf(tx, customers);
  const groups = await tx.all<{ ref: number }>(
    `SELECT DISTINCT customer_group AS ref FROM relationship WHERE ${those(tx, 'customer')}`,
    [ids],
  );
  await tx.runMany(
    `INSERT INTO suppression (channel, hash, reason, at, source) VALUES (?, ?, 'erasure', ?, 'erasure')
     ON CONFLICT (channel, hash) DO NOTHING`,
    suppressed.map(({ channel, address }) => [channel, suppressionHash(secret as string, channel, address), now]),
  );

  await forgetMemberships(tx, customers);
  await forgetWords(tx, customers);
  for (const [name, table, ...columns] of tables)
    if (name !== 'segments')
      await tx.run(
        `DELETE FROM ${table} WHERE ${ofThem(tx, columns)}`,
        columns.map(() => ids),
      );
  // Somebody may have signed up with one of their addresses who was not known to be them.
  await tx.run(
    `DELETE FROM opt_in WHERE customer IS NULL AND address IN (SELECT value FROM ${tx.dialect.list('text')} l)`,
    [JSON.stringify(telling.map((text) => text.toLowerCase()))],
  );
  await tx.run(`DELETE FROM subscription WHERE ${those(tx, 'customer')}`, [ids]);
  await tx.run(`DELETE FROM parked WHERE ${those(tx, 'customer')}`, [ids]);
  // The key of an enrollment may be the number of an order.
  await tx.run(`UPDATE enrollment SET key = '' WHERE ${those(tx, 'customer')}`, [ids]);
  await tx.run(
    `UPDATE message SET address = '', body = '{}', detail = NULL,
       status = CASE WHEN status = 'queued' THEN 'suppressed' ELSE status END,
       reason = CASE WHEN status = 'queued' THEN 'ended' ELSE reason END,
       settled_at = coalesce(settled_at, CAST(? AS BIGINT)) WHERE ${those(tx, 'customer')}`,
    [now, ids],
  );
  const related = await releaseGroups(
    tx,
    groups.map(({ ref }) => ref),
  );
  await tx.run(`DELETE FROM customer WHERE ${those(tx, 'id')}`, [ids]);
  counts.texts = await wipeTexts(tx, telling);
  counts.callsSetAside = await dropCalls(tx, telling);
  await tx.runMany(
    `INSERT INTO erasure (customer, at, actor, detail) VALUES (?, ?, ?, ?)`,
    customers.map((customer, i) => [customer, now, actor, JSON.stringify(i === 0 ? counts : { with: customers[0] })]),
  );
  return { counts, related };
}

/** Where messages to them could go: by e-mail and telephone, whatever they are stored as. */
async function addressesOf(
  tx: Transaction,
  customers: readonly number[],
): Promise<{ channel: string; address: string }[]> {
  const ids = JSON.stringify(customers);
  const found = new Map<string, { channel: string; address: string }>();
  const add = (channel: string, address: unknown) => {
    if (typeof address === 'string' && address.trim() !== '') found.set(`${channel} ${address}`, { channel, address });
  };
  for (const { kind, value } of await tx.all<{ kind: string; value: string }>(
    `SELECT kind, value FROM identity WHERE ${those(tx, 'customer')} AND kind IN ('email', 'phone')`,
    [ids],
  ))
    for (const channel of kind === 'email' ? ['email'] : ['phone', 'sms']) add(channel, value);
  for (const { traits } of await tx.all<{ traits: string }>(
    `SELECT ${tx.dialect.json('traits')} AS traits FROM customer WHERE ${those(tx, 'id')}`,
    [ids],
  )) {
    const { email, phone } = JSON.parse(traits);
    add('email', email);
    for (const channel of ['phone', 'sms']) add(channel, phone);
  }
  for (const { channel, address } of await tx.all<{ channel: string; address: string }>(
    `SELECT DISTINCT channel, address FROM message WHERE ${those(tx, 'customer')} AND channel <> ''`,
    [ids],
  ))
    add(channel, address);
  return [...found.values()];
}

/** Groups that nobody belongs to any more go with what is known of them; who is left in the others. */
async function releaseGroups(tx: Transaction, groups: readonly number[]): Promise<number[]> {
  const ids = JSON.stringify(groups);
  await tx.run(
    `DELETE FROM customer_group WHERE ${those(tx, 'ref')}
       AND NOT EXISTS (SELECT 1 FROM relationship r WHERE r.customer_group = customer_group.ref)`,
    [ids],
  );
  const left = await tx.all<{ customer: number }>(
    `SELECT DISTINCT customer FROM relationship WHERE ${those(tx, 'customer_group')} ORDER BY customer`,
    [ids],
  );
  return left.map(({ customer }) => customer);
}

/** Texts that are kept under no customer and may name one: the column, and the key of its table. */
const loose: readonly (readonly [table: string, column: string, ...key: string[]])[] = [
  ['loop_audit', 'detail', 'loop', 'seq'],
  ['report', 'figures', 'node', 'turn'],
  ['parked', 'error', 'customer', 'n'],
  ['source_cursor', 'cursor', 'node'],
  ['typology', 'profile', 'id'],
  ['merge', 'why', 'customer', 'at'],
];

/** Calls that were set aside and tell of a person go whole: how many. */
async function dropCalls(tx: Transaction, telling: readonly string[]): Promise<number> {
  const rows = await tx.all<{ id: number; body: string; error: string }>('SELECT id, body, error FROM intake_aside');
  const texts = [...new Set(telling.flatMap((text) => [escaped(text), text]))];
  const theirs = rows.filter(({ body, error }) => texts.some((text) => body.includes(text) || error.includes(text)));
  return tx.run(`DELETE FROM intake_aside WHERE ${those(tx, 'id')}`, [JSON.stringify(theirs.map(({ id }) => id))]);
}

/** Stands where a text was that told of somebody. */
const gone = '[erased]';

/** Replaces what tells of a person in audits, reports, errors and cursors; in how many. */
async function wipeTexts(tx: Transaction, telling: readonly string[]): Promise<number> {
  if (telling.length === 0) return 0;
  const texts = [...new Set(telling.flatMap((text) => [escaped(text), text]))];
  let wiped = 0;
  for (const [table, column, ...key] of loose) {
    const rows = await tx.all<Record<string, string | number>>(
      `SELECT ${key.join(', ')}, ${column} AS text FROM ${table} WHERE ${column} IS NOT NULL`,
    );
    for (const row of rows) {
      const before = String(row.text);
      const after = texts.reduce((text, each) => text.replaceAll(each, gone), before);
      if (after === before) continue;
      wiped++;
      await tx.run(`UPDATE ${table} SET ${column} = ? WHERE ${key.map((name) => `${name} = ?`).join(' AND ')}`, [
        after,
        ...key.map((name) => row[name] as string | number),
      ]);
    }
  }
  return wiped;
}
