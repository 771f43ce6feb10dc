import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readConfig } from './config.ts';

const day = 86_400_000;

const read = (config: object) => {
  const folder = mkdtempSync(join(tmpdir(), 'osicam-config-'));
  const file = join(folder, 'osicam.config.json');
  writeFileSync(file, JSON.stringify({ plugins: ['@osicam/plugins'], ...config }));
  try {
    return readConfig(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
};

test('the configuration says how long what is over is kept, or for ever', () => {
  expect(read({}).retention).toEqual({ journal: 400 * day, messageBodies: 90 * day });
  expect(read({ retention: { journal: 'off', messageBodies: 'P7D' } }).retention).toEqual({
    journal: undefined,
    messageBodies: 7 * day,
  });
  expect(() => read({ retention: { journal: 'P1Y' } })).toThrow(/retention\.journal: expected a duration .*, or "off"/);
  expect(() => read({ retention: { bodies: 'P1D' } })).toThrow(/retention: .*bodies/);
});
