import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withLock } from '../../scripts/lib/lock.mjs';

let folder = '';
let lock = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'osicam-lock-'));
  lock = join(folder, 'inner/prepare.lock');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('two who want the same work take turns', async () => {
  const seen: string[] = [];
  const work = (name: string) =>
    withLock(
      lock,
      async () => {
        seen.push(`${name} starts`);
        await sleep(40);
        seen.push(`${name} ends`);
      },
      { pollMs: 5 },
    );
  await Promise.all([work('first'), work('second')]);
  expect(seen).toEqual(['first starts', 'first ends', 'second starts', 'second ends']);
  expect(existsSync(lock)).toBe(false);
});

test('the lock of a process that died is taken over', async () => {
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  mkdirSync(lock, { recursive: true });
  writeFileSync(join(lock, 'pid'), String(dead));
  let waited = false;
  const onWait = () => {
    waited = true;
  };
  expect(await withLock(lock, async () => 'done', { onWait })).toBe('done');
  expect(waited).toBe(false);
});

test('work that fails leaves no lock behind', async () => {
  const fail = async () => {
    throw new Error('no network');
  };
  await expect(withLock(lock, fail)).rejects.toThrow('no network');
  expect(existsSync(lock)).toBe(false);
});
