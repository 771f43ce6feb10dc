import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openTestDatabase, testDatabaseUrl, testsOn } from './test-database.ts';
import { deadWorkers, joinWorkers } from './workers.ts';

const now = () => 5;

test('each life of an engine is a worker of its own', async () => {
  const db = await openTestDatabase();
  const first = await joinWorkers(db, { name: 'a', now });
  expect(first).toEqual({ id: 1, slot: 0 });
  expect(await db.read((tx) => tx.all('SELECT name, slot, started_at, ended_at FROM worker'))).toEqual([
    { name: 'a', slot: 0, started_at: 5, ended_at: null },
  ]);
});

if (testsOn === 'sqlite')
  test('alone on a database, whoever was there before is gone', async () => {
    const db = await openTestDatabase();
    await joinWorkers(db, { name: 'a', now });
    const second = await joinWorkers(db, { name: 'b', now });
    expect(second).toEqual({ id: 2, slot: 0 });
    expect(await db.write((tx) => deadWorkers(tx, [1, 2], { now: 6, self: 2 }))).toEqual([1]);
  });

if (testsOn === 'postgres') {
  test('workers beside each other have places of their own, and one that has gone is seen to be dead', async () => {
    const url = await testDatabaseUrl();
    const [one, two] = [await openTestDatabase(url), await openTestDatabase(url)];
    const first = await joinWorkers(one, { name: 'a', now });
    const second = await joinWorkers(two, { name: 'b', now });
    expect([first, second]).toEqual([
      { id: 1, slot: 0 },
      { id: 2, slot: 1 },
    ]);
    const dead = (strangers = false) => two.write((tx) => deadWorkers(tx, [1, 2, 7], { now: 6, self: 2, strangers }));
    expect(await dead()).toEqual([]);
    // Nobody knows of a seventh.
    expect(await dead(true)).toEqual([7]);
    await one.close();
    await until(async () => (await dead()).includes(1));
    const again = await openTestDatabase(url);
    expect(await joinWorkers(again, { name: 'c', now })).toEqual({ id: 3, slot: 0 });
    expect(await dead()).toEqual([1]);
    await again.close();
    await two.close();
  });

  test('a worker whose connection breaks keeps its place, or comes back as another when it was taken for dead', async () => {
    const url = await testDatabaseUrl();
    const [one, two] = [await openTestDatabase(url), await openTestDatabase(url)];
    const worker = await joinWorkers(one, { name: 'a', now });
    await joinWorkers(two, { name: 'b', now });
    const cut = () =>
      two.read((tx) =>
        tx.all(
          `SELECT pg_terminate_backend(l.pid) AS cut FROM pg_locks l
           WHERE l.locktype = 'advisory' AND l.objid = 1000 AND CAST(CAST(l.classid AS bigint) AS int) = CAST(CAST('customer' AS regclass) AS oid)::int`,
        ),
      );
    const held = async () =>
      (
        await two.read((tx) =>
          tx.first<{ n: number }>(
            `SELECT count(*) AS n FROM pg_locks l WHERE l.locktype = 'advisory' AND l.objid = 1000
         AND CAST(CAST(l.classid AS bigint) AS int) = CAST(CAST('customer' AS regclass) AS oid)::int`,
          ),
        )
      )?.n === 1;
    await cut();
    await until(async () => !(await held()));
    await until(held);
    expect(worker).toEqual({ id: 1, slot: 0 });
    await cut();
    await two.write((tx) => tx.run('UPDATE worker SET ended_at = 6 WHERE id = 1'));
    await until(async () => worker.id !== 1);
    expect(worker).toEqual({ id: 3, slot: 0 });
    await one.close();
    await two.close();
  });
}

async function until(is: () => Promise<boolean>): Promise<void> {
  while (!(await is())) await setTimeout(20);
}
