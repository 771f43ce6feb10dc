import { createHash } from 'node:crypto';
import { canBeIndexed, indexedExpressions } from '../rule/narrow.ts';
import type { Database, Transaction } from './database.ts';

const prefix = 'customer_trait_';

/** Indexes are called by a digest: a name of a trait may hold anything, and be longer than a name of an index. */
const namesOf = (trait: string): { value: string; number: string } => {
  const digest = createHash('sha256').update(trait).digest('hex').slice(0, 16);
  return { value: `${prefix}${digest}`, number: `${prefix}${digest}_n` };
};

/**
 * Makes the indexes of traits what is wanted: those that are missing are built, those that nobody wants are dropped. On PostgreSQL
 * beside all writes; SQLite has one writer, who waits: 1.2 s for a million customers.
 */
export async function syncTraitIndexes(db: Database): Promise<void> {
  const [wanted, made] = await db.read(async (tx) => [await wantedIndexes(tx), await madeIndexes(tx)] as const);
  for (const [name, sound] of made) if (!wanted.has(name) || !sound) await build(db, dropping(db, name));
  for (const [name, statement] of wanted) if (made.get(name) !== true) await build(db, statement);
}

/** A statement of its own: PostgreSQL builds beside other writes only outside of a transaction. */
async function build(db: Database, statement: string): Promise<void> {
  if (db.alone) return db.alone(statement);
  await db.write(async (tx) => {
    await tx.run(statement);
    const [, made] = /^CREATE INDEX IF NOT EXISTS (\w+)/.exec(statement) ?? [];
    const last = await tx.first<{ id: number | null }>('SELECT max(id) AS id FROM customer');
    // An index over a trait of three values is slower than to read all: SQLite must know. In the same transaction, since other
    // connections read what is known of an index when they hear of it. Of a small base it would learn what does not last.
    if (made !== undefined && (last?.id ?? 0) > 10_000) await tx.run(`ANALYZE ${made}`);
  }, 'life');
}

const dropping = (db: Database, name: string): string =>
  db.dialect.name === 'sqlite' ? `DROP INDEX IF EXISTS ${name}` : `DROP INDEX CONCURRENTLY IF EXISTS ${name}`;

async function wantedIndexes(tx: Transaction): Promise<Map<string, string>> {
  const rows = await tx.all<{ name: string; type: string | null }>(
    "SELECT name, type FROM attribute WHERE scope = '' AND indexed = 1 ORDER BY name",
  );
  const wanted = new Map<string, string>();
  for (const { name: trait, type } of rows) {
    if (!canBeIndexed(trait)) continue;
    const names = namesOf(trait);
    const { value, number } = indexedExpressions(tx.dialect.name, trait);
    if (tx.dialect.name === 'sqlite') {
      wanted.set(names.value, `CREATE INDEX IF NOT EXISTS ${names.value} ON customer (${value})`);
      continue;
    }
    // By hash: an entry of a tree that is larger than a third of a page would refuse the customer.
    const making = 'CREATE INDEX CONCURRENTLY IF NOT EXISTS';
    wanted.set(names.value, `${making} ${names.value} ON customer USING hash (${value})`);
    if (type === 'number' || type === 'any')
      wanted.set(names.number, `${making} ${names.number} ON customer (${number})`);
  }
  return wanted;
}

/** Whether each is sound: one whose making was interrupted is there, and answers nothing. */
async function madeIndexes(tx: Transaction): Promise<Map<string, boolean>> {
  const rows =
    tx.dialect.name === 'sqlite'
      ? await tx.all<{ name: string; sound: number }>(
          "SELECT name, 1 AS sound FROM sqlite_master WHERE type = 'index' AND name GLOB 'customer_trait_*'",
        )
      : await tx.all<{ name: string; sound: number }>(
          `SELECT c.relname AS name, CASE WHEN i.indisvalid THEN 1 ELSE 0 END AS sound
           FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
           WHERE i.indrelid = to_regclass('customer') AND starts_with(c.relname, 'customer_trait_')`,
        );
  return new Map(rows.map(({ name, sound }) => [name, Number(sound) === 1]));
}
