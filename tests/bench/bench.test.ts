import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);
const main = fileURLToPath(new URL('main.ts', import.meta.url));
const caches = fileURLToPath(new URL('../../.cache/', import.meta.url));

const bench = async (...args: string[]) =>
  run(process.execPath, [main, ...args]).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );

test('a bench prints one JSON object with value, floor and ratio, and leaves nothing behind', {
  timeout: 60_000,
}, async () => {
  const { code, stdout } = await bench('route', '--json', '--rows', '2000', '--runs', '1');
  expect(code).toBe(0);
  const figure = JSON.parse(stdout) as Record<string, unknown>;
  expect(figure).toMatchObject({ name: 'route', unit: 's', goal: 0.4, runs: 1, rows: 2000 });
  for (const key of ['value', 'floor', 'ratio', 'peakMemoryMB', 'longestStatementMs', 'longestHoldMs'])
    expect(figure[key]).toBeGreaterThan(0);
  expect((await readdir(caches)).filter((name) => name.startsWith('bench-') && name !== 'bench-base')).toEqual([]);
});

test('everybody comes through the loop of six nodes, also when one of them writes', { timeout: 60_000 }, async () => {
  const { code, stdout, stderr } = await bench('loop', '--rows', '1500', '--runs', '1');
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(stdout).toMatch(/^loop +[\d.]+ s, floor [\d.]+ s, ratio [\d.]+, 1 run, peak \d+ MB, rows 1500/);
});

test('steps, waits and turns are measured, and everybody comes to where they should', {
  timeout: 120_000,
}, async () => {
  for (const [name, rows] of [
    ['step', '2000'],
    ['wait', '5000'],
    ['turns', '2000'],
  ] as const) {
    const { code, stdout, stderr } = await bench(name, '--json', '--rows', rows, '--runs', '1');
    expect({ name, code, stderr }).toMatchObject({ code: 0 });
    const figure = JSON.parse(stdout) as Record<string, unknown>;
    for (const key of ['value', 'floor', 'ratio', 'goal']) expect(figure[key]).toBeGreaterThan(0);
  }
});

test('what is sent to a served base is on disk before its answer and worked in, one by one and in batches', {
  timeout: 120_000,
}, async () => {
  for (const name of ['ingest-one', 'ingest-batch']) {
    const { code, stdout, stderr } = await bench(name, '--json', '--rows', '2000', '--runs', '1');
    expect({ name, code, stderr }).toMatchObject({ code: 0 });
    const figure = JSON.parse(stdout) as Record<string, unknown>;
    for (const key of ['value', 'floor', 'ratio', 'goal']) expect(figure[key]).toBeGreaterThan(0);
  }
});

test('an unknown bench and a count that is none are wrong usage', async () => {
  expect(await bench('rout')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/expected route, loop, step, wait, turns, .*got rout\n/),
  });
  expect(await bench('route', '--runs', 'some')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--runs: expected a whole number of at least 1, got some'),
  });
});

test('three workers on a PostgreSQL server move everybody once, as the bare statement does', {
  timeout: 120_000,
}, async () => {
  const { code, stdout, stderr } = await bench('postgres', '--json', '--rows', '25000', '--runs', '1');
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(JSON.parse(stdout)).toMatchObject({ name: 'postgres', goal: 0.7, rows: 25000, workers: 3 });
});
