import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { digestFiles } from '../../scripts/lib/digest.mjs';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'osicam-digest-'));
  mkdirSync(join(folder, 'a/src'), { recursive: true });
  writeFileSync(join(folder, 'a/src/one.ts'), 'export const one = 1;\n');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const digest = (name = 'a') => digestFiles(join(folder, name), [join(folder, name, 'src'), join(folder, name, 'gone')]);

test('a copy of the same sources in another folder has the same digest', () => {
  cpSync(join(folder, 'a'), join(folder, 'b'), { recursive: true });
  expect(digest('b')).toBe(digest('a'));
});

test('a changed, a new and a renamed source each change the digest', () => {
  const seen = new Set([digest()]);
  writeFileSync(join(folder, 'a/src/one.ts'), 'export const one = 2;\n');
  seen.add(digest());
  writeFileSync(join(folder, 'a/src/two.ts'), '');
  seen.add(digest());
  rmSync(join(folder, 'a/src/two.ts'));
  writeFileSync(join(folder, 'a/src/three.ts'), '');
  seen.add(digest());
  expect(seen.size).toBe(4);
});

test('what is installed or built does not change the digest', () => {
  const before = digest();
  for (const name of ['node_modules', 'dist']) {
    mkdirSync(join(folder, 'a/src', name));
    writeFileSync(join(folder, 'a/src', name, 'made.js'), '1');
  }
  expect(digest()).toBe(before);
});
