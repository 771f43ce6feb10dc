import { expect, test } from 'vitest';
import * as store from '../../packages/engine/src/store/index.ts';
import { runSeeds } from './run-seeds.ts';
import type { Sabotage } from './simulation.ts';
import { simulate } from './simulation.ts';

test('a seed replays exactly: the same decisions, the same faults, the same rows', async () => {
  const traces: string[][] = [[], []];
  for (const trace of traces) await simulate(17, { trace: (line) => trace.push(line) });
  expect(traces[0]?.length).toBeGreaterThan(100);
  expect(traces[1]).toEqual(traces[0]);
  for (const seed of [3, 4, 5]) expect((await simulate(seed)).digest).toBe((await simulate(seed)).digest);
});

/** Engines that are broken on purpose, each in one way, and what the model must say of it. */
const broken: Record<string, { sabotage: () => Sabotage; says: RegExp }> = {
  'moves that are not journalled': {
    sabotage: () => ({ database: without(/^\s*INSERT INTO journal/, 40) }),
    says: /expected step|journal/,
  },
  'positions that are not taken away': {
    sabotage: () => ({ database: without(/^\s*DELETE FROM position/, 25) }),
    says: /states|UNIQUE|step/,
  },
  'that what was under way at a crash is sent again, whatever it is': {
    sabotage: () => ({
      store: {
        sendingWorkers: async (tx) => {
          await tx.run("UPDATE message SET status = 'queued' WHERE status = 'sending'");
          return [];
        },
      },
    }),
    says: /sent once more/,
  },
  'counts that forget some': {
    sabotage: () => ({ database: without(/^\s*INSERT INTO tally/, 30) }),
    says: /counted|entered/,
  },
  'events that are dropped': {
    sabotage: () => ({ database: without(/^\s*INSERT INTO event/, 10) }),
    says: /accepted and is lost/,
  },
  'timers that fire an hour early': {
    sabotage: () => ({
      store: {
        isDue: (tx, node, now) => store.isDue(tx, node, now + 3_600_000),
        nodesDue: (tx, nodes, now) => store.nodesDue(tx, nodes, now + 3_600_000),
        fillByPortSql: (tx, fill) => store.fillByPortSql(tx, { ...fill, now: fill.now + 3_600_000 }),
      },
    }),
    says: /fired at/,
  },
  'a commit that is forgotten by a crash': {
    sabotage: () => ({ database: forgetful }),
    says: /lost|never entered|never came|does not know|accepted/,
  },
};

/** A database that leaves out every so manieth statement of a kind. */
function without(pattern: RegExp, every: number): NonNullable<Sabotage['database']> {
  let count = 0;
  return (db) => ({
    ...db,
    write: (work, point) =>
      db.write(
        (tx) =>
          work({
            ...tx,
            run: (sql, parameters) =>
              pattern.test(sql) && ++count % every === 0 ? Promise.resolve(1) : tx.run(sql, parameters),
            runMany: (sql, rows) =>
              pattern.test(sql) && ++count % every === 0 ? Promise.resolve(1) : tx.runMany(sql, rows),
          }),
        point,
      ),
  });
}

/** A database that says yes and rolls back. */
function forgetful(db: store.Database): store.Database {
  let count = 0;
  return {
    ...db,
    write: async (work, point) => {
      if (++count % 60 !== 0) return db.write(work, point);
      let result: Awaited<ReturnType<typeof work>> | undefined;
      await db
        .write(async (tx) => {
          result = await work(tx);
          throw new Error('rolled back');
        }, point)
        .catch(() => undefined);
      return result as Awaited<ReturnType<typeof work>>;
    },
  };
}

for (const [what, { sabotage, says }] of Object.entries(broken))
  test(`the model notices ${what}`, async () => {
    const found: string[] = [];
    for (let seed = 1; seed <= 60 && !found.some((problem) => says.test(problem)); seed++)
      found.push(...(await runSeeds(seed, 1, { sabotage: sabotage() })).failing.flatMap(({ problems }) => problems));
    expect(
      found.find((problem) => says.test(problem)),
      found.slice(0, 5).join('\n'),
    ).toBeDefined();
  });
