import type { Database } from '../../packages/engine/src/store/index.ts';
import { openSqlite } from '../../packages/engine/src/store/index.ts';

interface Entry {
  type: string;
  name: string;
  table: string;
  sql: string;
}

const schema = 'SELECT type, name, tbl_name AS "table", sql FROM sqlite_schema WHERE sql IS NOT NULL';

/** Makes the tables of a kept base anew that are no longer what the engine makes, and hold nothing. */
export async function renewTables(db: Database): Promise<void> {
  const fresh = await openSqlite('sqlite::memory:');
  const wanted = await fresh.read((tx) => tx.all<Entry & Record<string, string>>(schema));
  await fresh.close();
  await db.write(async (tx) => {
    const found = async () =>
      new Map((await tx.all<Entry & Record<string, string>>(schema)).map((entry) => [entry.name, entry.sql]));
    const before = await found();
    for (const { name, type, sql } of wanted) {
      if (type !== 'table' || before.get(name) === sql) continue;
      if (before.has(name)) {
        if (await tx.first(`SELECT 1 AS one FROM ${name} LIMIT 1`))
          throw new Error(
            `the table ${name} of the kept base is another than the engine makes: remove .cache/bench-base`,
          );
        await tx.run(`DROP TABLE ${name}`);
      }
      await tx.run(sql);
    }
    const now = await found();
    for (const { name, type, sql } of wanted) if (type !== 'table' && !now.has(name)) await tx.run(sql);
  });
}
