import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Database } from './database.ts';
import { markPath, pathIds, pathKey, rememberPaths } from './paths.ts';
import { openTestDatabase } from './test-database.ts';

let db: Database;
let raw: Database;
beforeEach(async () => {
  raw = await openTestDatabase();
  db = rememberPaths(raw);
  await raw.write(async (tx) => {
    await tx.run(
      "INSERT INTO loop (id, name, draft, revision, created_at, updated_at) VALUES ('l', 'L', '{}', 1, 0, 0)",
    );
    await tx.run(
      "INSERT INTO loop_version (id, loop, number, document, digest, published_at) VALUES (5, 'l', 1, '{}', '', 0)",
    );
    await tx.run("INSERT INTO loop_node (ref, version, node) VALUES (11, 5, 'in'), (12, 5, 'out')");
  });
});
afterEach(() => db.close());

const through = pathKey([
  [11, 0],
  [12, 1],
]);
const first = pathKey([[11, 0]]);
const stored = () =>
  raw.read((tx) =>
    tx.all('SELECT p.id, s.i, s.node, s.port FROM loop_path p JOIN path_step s ON s.path = p.id ORDER BY p.id, s.i'),
  );

test('a path is registered once, with the nodes that it passes, whoever asks for it', async () => {
  const [a, b] = await db.write((tx) => pathIds(tx, 5, [through, first]));
  expect(await db.write((tx) => pathIds(tx, 5, [first, through, first]))).toEqual([b, a, b]);
  expect(await rememberPaths(raw).write((tx) => pathIds(tx, 5, [through]))).toEqual([a]);
  expect(await raw.write((tx) => pathIds(tx, 5, [first]))).toEqual([b]);
  const rows = (await stored()) as { id: number }[];
  expect(rows.filter(({ id }) => id === a)).toEqual([
    { id: a, i: 0, node: 11, port: 0 },
    { id: a, i: 1, node: 12, port: 1 },
  ]);
  expect(rows).toHaveLength(3);
});

test('a path of a transaction that was undone is not remembered', async () => {
  const undone = db.write(async (tx) => {
    await pathIds(tx, 5, [through]);
    await markPath(tx, -2, 12);
    throw new Error('no');
  });
  await expect(undone).rejects.toThrow('no');
  expect(await stored()).toEqual([]);
  const [id] = await db.write((tx) => pathIds(tx, 5, [through]));
  const mark = await db.write((tx) => markPath(tx, -2, 12));
  expect(await stored()).toEqual([
    { id, i: 0, node: 11, port: 0 },
    { id, i: 1, node: 12, port: 1 },
    { id: mark, i: 0, node: 12, port: -2 },
  ]);
});
