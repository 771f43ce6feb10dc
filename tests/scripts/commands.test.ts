import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const repository = resolve(import.meta.dirname, '../..');
const manifest: { version: string } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));

test('the osicam command that the install leaves behind says its version', () => {
  const command = join(repository, 'node_modules', '.bin', 'osicam');
  expect(execFileSync(process.execPath, [command, '--version'], { encoding: 'utf8' }).trim()).toBe(manifest.version);
});

test('npm adds nothing to the standard output of npm start', () => {
  const output = execFileSync('npm', ['start', '--', '--help'], { cwd: repository, encoding: 'utf8' });
  expect(output).toMatch(/^Usage: /);
  expect(output).not.toContain('scripts/start.mjs');
});
