import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { splitRate } from '../runner/rate.ts';
import { home, readConfig } from './config.ts';

function written(text: string) {
  const folder = mkdtempSync(join(tmpdir(), 'osicam-config-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'osicam.config.json');
  writeFileSync(file, text);
  return file;
}

test('the configuration that the README shows is read as it stands there, with its rate', () => {
  const [, text = ''] = /```json\n([\s\S]*?)```/.exec(readFileSync(join(home, 'README.md'), 'utf8')) ?? [];
  const config = readConfig(written(text));
  expect(config.zone).toBe('Europe/Berlin');
  const { rate, config: rest } = splitRate('interact/email', config.channels['interact/email']);
  expect(rate).toEqual({ perSecond: 20, perMinute: 500, concurrency: 10 });
  expect(rest).not.toHaveProperty('rate');
});

test.each([
  [{ channels: { 'interact/email': { rate: { perSecond: 0 } } } }, 'channels.interact/email.rate.perSecond'],
  [{ channels: { 'interact/email': { rate: { perHour: 5 } } } }, 'perHour'],
  [{ zone: 'Mars/Olympus' }, 'expected the IANA name of a time zone'],
])('%j is refused where it is wrong', (config, said) => {
  const file = written(JSON.stringify({ plugins: ['x'], ...config }));
  expect(() => readConfig(file)).toThrow(said);
});
