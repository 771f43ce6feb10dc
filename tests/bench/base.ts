import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Database, Transaction } from '../../packages/engine/src/store/index.ts';
import { openSqlite } from '../../packages/engine/src/store/index.ts';

/** The instant at which the base was made: its events lie in the two years before. */
export const baseNow = Date.UTC(2026, 9, 1);
const day = 86_400_000;
const span = 730 * day;

export interface BaseSize {
  customers: number;
  events: number;
}

/**
 * A customer base to measure on, none of it by chance, the same in every run: customers of eight traits with two identities
 * each, consent to offers by e-mail asked of two in three and granted by four in five of those, and events that came in
 * order of time over two years: three in ten are an `order` (total in minor units), five a `page`, two a `mail opened`. Some
 * customers are ten times as busy as others. With the standard size, 1,000,000 customers and 10,000,000 events, it takes a
 * minute or two and 2 GB, and is kept in `.cache` for the next bench: work on a copy (`onCopy`), or only read.
 */
export async function findBase({ customers, events }: BaseSize, say: (line: string) => void): Promise<string> {
  const folder = fileURLToPath(new URL('../../.cache/bench-base/', import.meta.url));
  await mkdir(folder, { recursive: true });
  const file = join(folder, `${customers}-${events}-${await digest()}.sqlite`);
  if (existsSync(file)) return file;
  // One of older tables is of no use any more.
  for (const old of await readdir(folder))
    if (old.startsWith(`${customers}-${events}-`)) await rm(join(folder, old), { force: true });
  say(`making a base of ${customers} customers and ${events} events`);
  const unfinished = `${file}.making`;
  for (const end of ['', '-wal', '-shm', '-engine']) await rm(unfinished + end, { force: true });
  const db = await openSqlite(unfinished);
  await makeBase(db, { customers, events });
  await db.close();
  await rename(unfinished, file);
  return file;
}

/** Changes when the tables do, or what is put into them. */
async function digest(): Promise<string> {
  const here = dirname(fileURLToPath(import.meta.url));
  const tables = join(here, '../../packages/engine/src/store/migrations/first');
  const hash = createHash('sha256');
  for (const file of [join(here, 'base.ts'), ...(await readdir(tables)).sort().map((name) => join(tables, name))])
    hash.update(await readFile(file));
  return hash.digest('hex').slice(0, 12);
}

export async function makeBase(db: Database, { customers, events }: BaseSize): Promise<void> {
  await inChunks(db, customers, 100_000, addCustomers);
  // Rows in the order of time, and only then the indexes, each built in one sorted pass: a tenth of the time.
  const indexes = await db.write((tx) =>
    tx.all<{ name: string; sql: string }>(
      "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'event' AND sql IS NOT NULL",
    ),
  );
  await db.write(async (tx) => {
    for (const { name } of indexes) await tx.run(`DROP INDEX ${name}`);
  });
  await inChunks(db, events, 500_000, (tx, first, last) => addEvents(tx, first, last, { customers, events }));
  await db.write(async (tx) => {
    for (const { sql } of indexes) await tx.run(sql);
    await tx.run('ANALYZE');
  });
}

async function inChunks(
  db: Database,
  count: number,
  size: number,
  add: (tx: Transaction, first: number, last: number) => Promise<void>,
): Promise<void> {
  for (let first = 1; first <= count; first += size)
    await db.write((tx) => add(tx, first, Math.min(first + size - 1, count)));
}

const numbers = 'WITH RECURSIVE one (id) AS (SELECT ? UNION ALL SELECT id + 1 FROM one WHERE id < ?)';

/** Spreads numbers that follow each other over 0 … n - 1, the same each time; other salts, other numbers. */
const mixed = (of: string, salt: number, n: string | number): string => {
  const once = `(((${of}) * 2654435761 + ${salt * 7_919_317}) & 4294967295)`;
  // In parentheses: `||` binds tighter than any of these.
  return `((((((${once} >> 15) + ${once}) * 97777553) & 4294967295) >> 8) % ${n})`;
};

const country = `CASE WHEN ${mixed('id', 11, 100)} < 30 THEN 'DE' WHEN ${mixed('id', 11, 100)} < 50 THEN 'FR'
  WHEN ${mixed('id', 11, 100)} < 65 THEN 'GB' WHEN ${mixed('id', 11, 100)} < 75 THEN 'IT' WHEN ${mixed('id', 11, 100)} < 83 THEN 'ES'
  WHEN ${mixed('id', 11, 100)} < 89 THEN 'NL' WHEN ${mixed('id', 11, 100)} < 93 THEN 'AT' WHEN ${mixed('id', 11, 100)} < 96 THEN 'CH'
  WHEN ${mixed('id', 11, 100)} < 98 THEN 'DK' ELSE 'PT' END`;

async function addCustomers(tx: Transaction, first: number, last: number): Promise<void> {
  await tx.run(
    `${numbers} INSERT INTO customer (id, created_at, updated_at, traits)
     SELECT id, ${baseNow - span}, ${baseNow - span}, jsonb_object('name', 'Customer ' || id, 'email', 'customer' || id || '@example.com',
       'country', ${country}, 'city', 'Town ' || ${mixed('id', 5, 2000)}, 'birthYear', 1940 + ${mixed('id', 17, 65)},
       'plan', CASE ${mixed('id', 23, 4)} WHEN 0 THEN 'plus' WHEN 1 THEN 'pro' ELSE 'basic' END,
       'points', ${mixed('id', 29, 5000)}, 'newsletter', json(CASE ${mixed('id', 31, 2)} WHEN 0 THEN 'true' ELSE 'false' END)) FROM one`,
    [first, last],
  );
  await tx.run(
    `INSERT INTO identity (kind, value, customer)
     SELECT 'email', 'customer' || id || '@example.com', id FROM customer WHERE id BETWEEN ? AND ? ORDER BY 2`,
    [first, last],
  );
  await tx.run(
    `INSERT INTO identity (kind, value, customer)
     SELECT 'userId', printf('u%08d', id), id FROM customer WHERE id BETWEEN ? AND ? ORDER BY 2`,
    [first, last],
  );
  await tx.run(
    `${numbers} INSERT INTO consent (customer, channel, purpose, at, granted, source)
     SELECT id, 'email', 'offers', ${baseNow - span}, ${mixed('id', 41, 5)} > 0, 'form' FROM one WHERE ${mixed('id', 37, 3)} > 0`,
    [first, last],
  );
}

async function addEvents(tx: Transaction, first: number, last: number, { customers, events }: BaseSize): Promise<void> {
  // A tenth of the customers has half of the events.
  const customer = `1 + CASE WHEN id % 2 = 0 THEN ${mixed('id', 3, `max(1, ${customers} / 10)`)} * 10 ELSE ${mixed('id', 7, customers)} END`;
  const kind = mixed('id', 13, 10);
  await tx.run(
    `${numbers} INSERT INTO event (customer, type, category, time, received_at, properties)
     SELECT min(${customers}, ${customer}),
       CASE WHEN ${kind} < 3 THEN 'order' WHEN ${kind} < 8 THEN 'page' ELSE 'mail opened' END,
       CASE WHEN ${kind} < 3 THEN 'order' ELSE 'contact' END,
       ${baseNow - span} + id * ${span} / ${events}, ${baseNow - span} + id * ${span} / ${events},
       CASE WHEN ${kind} < 3 THEN jsonb_object('total', 500 + ${mixed('id', 19, 20000)}, 'currency', 'EUR', 'items', 1 + ${mixed('id', 43, 5)})
         WHEN ${kind} < 8 THEN jsonb_object('path', '/p/' || ${mixed('id', 47, 500)}) ELSE jsonb_object('campaign', 'c' || ${mixed('id', 53, 40)}) END
     FROM one`,
    [first, last],
  );
}
