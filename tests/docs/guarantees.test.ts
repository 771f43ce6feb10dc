import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../cli/osicam.ts';

const guarantees = readFileSync(join(root, 'docs/guarantees.md'), 'utf8');

test('every test that a promise names is there, under that name', () => {
  const named = [...guarantees.matchAll(/^- `([^`]+)`: (.+)$/gm)].map(([, file = '', name = '']) => ({ file, name }));
  expect(named.length).toBeGreaterThan(30);
  const missing = named.filter(({ file, name }) => {
    if (!/\.test\.tsx?$/.test(file) || !existsSync(join(root, file))) return true;
    // As it stands in the source: a name in other quotes has its own escaped.
    const source = readFileSync(join(root, file), 'utf8').replaceAll("\\'", "'");
    const words = name.split('…').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
    return !new RegExp(`(['"\`])${words.join('[^\\n]+')}\\1`).test(source);
  });
  expect(missing).toEqual([]);
});

test('every promise is followed by what shows it', () => {
  const promises = guarantees.slice(0, guarantees.indexOf('## What is not promised')).split('\n## ').slice(1);
  expect(promises.length).toBeGreaterThan(8);
  for (const promise of promises) expect(promise).toMatch(/\nShown by\n\n- `/);
});
