import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSqlite } from './sqlite.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'osicam-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a database has one engine at a time, and the next once that has ended', async () => {
  const url = `sqlite:${join(folder, 'one.sqlite')}`;
  const first = await openSqlite(url, { engine: true });
  await expect(openSqlite(url, { engine: true })).rejects.toThrow(
    /another engine works on the database .*one\.sqlite: stop the other/,
  );
  // Whoever only brings customers in or reads is no engine.
  const beside = await openSqlite(url);
  await beside.close();
  await first.close();
  const second = await openSqlite(url, { engine: true });
  await second.close();
});

test('a database that cannot be used leaves no lock beside it', async () => {
  const url = `sqlite:${join(folder, 'newer.sqlite')}`;
  const db = await openSqlite(url);
  await db.write((tx) => tx.run('PRAGMA user_version = 99'));
  await db.close();
  await expect(openSqlite(url, { engine: true })).rejects.toThrow(/newer version/);
  expect(existsSync(join(folder, 'newer.sqlite-engine'))).toBe(false);
});
