import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Database } from './database.ts';
import { pruneBodies, prunedBody, pruneJournal } from './prune.ts';
import { openSqlite } from './sqlite.ts';
import { openTestDatabase } from './test-database.ts';

const day = 86_400_000;

/** Enrollments with journals of so many rows each; every second has ended on the day of its number. */
async function history(db: Database, people: number, rows: number): Promise<void> {
  await db.write(async (tx) => {
    for (let customer = 1; customer <= people; customer++) {
      const ended = customer % 2 === 0 ? customer * day : null;
      await tx.run(
        'INSERT INTO enrollment (customer, n, version, entered_at, node, ended_at) VALUES (?, 1, 1, 0, 1, ?)',
        [customer, ended],
      );
      await tx.runMany(
        'INSERT INTO journal (customer, n, step, at, turn, path) VALUES (?, 1, ?, 0, 1, 1)',
        Array.from({ length: rows }, (_, step) => [customer, step]),
      );
      await tx.run(
        `INSERT INTO message (customer, n, step, node, turn, status, due, attempts, created_at, settled_at, address, body, cost)
         VALUES (?, 1, 0, 1, 1, ?, 0, 1, 0, ?, 'a@b.example', ?, 3)`,
        [customer, ended === null ? 'queued' : 'sent', ended, JSON.stringify({ text: 'x'.repeat(2_000) })],
      );
    }
  });
}

const journals = async (db: Database) =>
  db.read((tx) =>
    tx.all<{ customer: number; rows: number }>(
      'SELECT customer, count(*) AS rows FROM journal GROUP BY customer ORDER BY customer',
    ),
  );

async function rounds(step: () => Promise<{ rows: number; round: boolean }>): Promise<number[]> {
  const steps: number[] = [];
  for (;;) {
    const { rows, round } = await step();
    steps.push(rows);
    if (round) return steps;
  }
}

test('journals of enrollments that ended before an instant go, in small steps; all others stay whole', async () => {
  const db = await openTestDatabase();
  await history(db, 10, 7);
  const steps = await rounds(() => db.write((tx) => pruneJournal(tx, { before: 7 * day, limit: 4 })));
  expect(Math.max(...steps)).toBe(4);
  expect(steps.reduce((sum, rows) => sum + rows, 0)).toBe(3 * 7);
  expect((await journals(db)).map(({ customer, rows }) => [customer, rows])).toEqual(
    [1, 3, 5, 7, 8, 9, 10].map((customer) => [customer, 7]),
  );
  expect(await db.read((tx) => tx.first('SELECT count(*) AS people FROM enrollment'))).toEqual({ people: 10 });
  await db.close();
});

test('a round begins anew when it is over, so that what has grown old since goes too', async () => {
  const db = await openTestDatabase();
  await history(db, 10, 7);
  await rounds(() => db.write((tx) => pruneJournal(tx, { before: 7 * day, limit: 4 })));
  const steps = await rounds(() => db.write((tx) => pruneJournal(tx, { before: 9 * day, limit: 100 })));
  expect(steps.reduce((sum, rows) => sum + rows, 0)).toBe(7);
  await db.close();
});

test('bodies of old messages are emptied, and the ledger of who was sent what stays', async () => {
  const db = await openTestDatabase();
  await history(db, 10, 1);
  await rounds(() => db.write((tx) => pruneBodies(tx, { before: 7 * day, limit: 3 })));
  const left = await db.read((tx) =>
    tx.all('SELECT customer, status, address, cost FROM message WHERE body = ? ORDER BY customer', [prunedBody]),
  );
  expect(left).toEqual([2, 4, 6].map((customer) => ({ customer, status: 'sent', address: 'a@b.example', cost: 3 })));
  expect(await rounds(() => db.write((tx) => pruneBodies(tx, { before: 7 * day, limit: 100 })))).toEqual([0]);
  await db.close();
});

test('what is pruned makes the file smaller, a step at a time', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'osicam-prune-'));
  const file = join(folder, 'a.sqlite');
  const db = await openSqlite(file);
  await history(db, 400, 200);
  await db.close();
  const before = statSync(file).size;

  const again = await openSqlite(file);
  await rounds(() => again.write((tx) => pruneJournal(tx, { before: 1_000 * day, limit: 5_000 })));
  await rounds(() => again.write((tx) => pruneBodies(tx, { before: 1_000 * day, limit: 5_000 })));
  const free: number[] = [];
  while (free.at(-1) !== 0) free.push((await again.reclaim?.(100)) ?? 0);
  expect(free.length).toBeGreaterThan(2);
  await again.close();
  expect(statSync(file).size).toBeLessThan(before * 0.65);
  rmSync(folder, { recursive: true });
});
