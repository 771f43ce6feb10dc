import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { draw } from '../cli/draw.ts';
import type { Run } from '../cli/osicam.ts';
import { folder, nodeOf, osicam, start, whereSomebodyIsLost, write } from '../cli/osicam.ts';

const people = 20_000;
const kills = 8;

/** Twice round through a file, two writers, a rule, an experiment, a channel, a wait, two reports and a pause. */
const loop = draw(
  [
    ['in', 'collect/file', { path: 'people.csv', key: 'id' }],
    ['tidy', 'organize/normalize', { fields: [{ from: ['city'], to: 'city', as: 'text' }] }],
    [
      'worth',
      'segment/rules',
      {
        cases: [
          { port: 'high', when: { combinator: 'and', rules: [{ field: 'revenue', operator: '>', value: 700 }] } },
        ],
        otherwise: 'low',
      },
    ],
    ['trial', 'flow/experiment', { holdout: 0.3, arms: [{ port: 'treated', weight: 1 }] }],
    ['mail', 'interact/email', { from: 'Example <service@example.com>', consent: 'notNeeded', cost: 2 }],
    ['answer', 'collect/wait-for-event', { events: [{ event: 'order', port: 'ordered' }], timeout: 'P10D' }],
    ['count', 'aliment/set-traits', { increment: [{ trait: 'turns' }] }],
    ['uplift', 'measure/uplift', { experiment: 'trial', goal: 'order', within: 'P10D' }],
    ['sum', 'measure/summary'],
    ['pause', 'flow/delay', { for: 'P20D' }],
  ],
  [
    'in.entered > tidy',
    'tidy.done > worth',
    'worth.high > trial',
    'worth.low > count',
    'trial.treated > mail',
    'trial.holdout > answer',
    'mail.sent > answer',
    'mail.failed > answer',
    'mail.suppressed > answer',
    'answer.ordered > count',
    'answer.timeout > count',
    'count.done > uplift',
    'uplift.done > sum',
    'sum.done > pause',
    'pause.done > worth',
  ],
  'recovery',
);

/** Numbers from 0 to 1 that look like chance and are the same every time (mulberry32). */
function luck(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** How much of the work is on disk, as anybody beside the process can see it. 0 while there is nothing to see. */
function workOnDisk(db: string): number {
  if (!existsSync(db)) return 0;
  try {
    const reader = new DatabaseSync(db, { readOnly: true, timeout: 0 });
    try {
      return Number(reader.prepare('SELECT total(count) AS work FROM tally').get()?.work);
    } finally {
      reader.close();
    }
  } catch {
    // The tables are not made yet.
    return 0;
  }
}

/** Starts the command and kills it hard once so much work is on disk, and a little later still. Whether it was alive. */
async function killAt(args: readonly string[], db: string, work: number, later: number): Promise<boolean> {
  const { child, ended } = start(args);
  const isOver = () => child.exitCode !== null || child.signalCode !== null;
  while (!isOver() && workOnDisk(db) < work) await new Promise((resolve) => setTimeout(resolve, 2));
  await new Promise((resolve) => setTimeout(resolve, later));
  child.kill('SIGKILL');
  const { signal } = await ended;
  return signal === 'SIGKILL';
}

/** Everything that was decided, customer by customer: each step of each, each message, what is known of each now. */
function decisions(db: string): Record<string, unknown[]> {
  const reader = new DatabaseSync(db, { readOnly: true });
  const all = (sql: string) => reader.prepare(sql).all();
  try {
    return {
      journal: all(
        `SELECT customer, n, step + i AS step, at, turn, s.node, s.port FROM journal j JOIN path_step s ON s.path = j.path
         ORDER BY customer, n, step, i`,
      ),
      messages: all('SELECT customer, n, step, node, turn, status, address, body, cost FROM message ORDER BY 1, 2, 3'),
      traits: all('SELECT id, traits FROM customer ORDER BY id'),
      positions: all('SELECT node, due, customer, n, step, turn FROM position ORDER BY customer, n'),
    };
  } finally {
    reader.close();
  }
}

test('a run that is killed hard again and again ends with the figures of a run left alone', async () => {
  const directory = folder();
  const random = luck(2026);
  const rows = Array.from(
    { length: people },
    (_, i) => `p${i},Name ${i},p${i}@example.com,City ${i % 90},${Math.floor(random() * 1000)}`,
  );
  const customers = write(directory, 'people.csv', `id,name,email,city,revenue\n${rows.join('\n')}\n`);
  const file = write(directory, 'recovery.loop.json', loop);
  const command = (db: string) => [
    'run',
    file,
    '--customers',
    customers,
    '--turns',
    '2',
    '--seed',
    '4',
    '--db',
    db,
    '--json',
  ];

  const leftAlone = join(directory, 'alone.sqlite');
  const alone = await osicam(command(leftAlone));
  expect(alone).toMatchObject({ code: 0, stderr: expect.not.stringMatching(/osicam:/) });
  const expected = JSON.parse(alone.stdout) as Run;
  expect(expected).toMatchObject({ customers: people, enrollments: people, turns: 2 });
  expect(whereSomebodyIsLost(expected)).toEqual([]);
  expect(nodeOf(expected, 'mail').entered).toBeGreaterThan(people / 4);

  const db = join(directory, 'killed.sqlite');
  const total = workOnDisk(leftAlone);
  const moments: number[] = [];
  for (let i = 0; i < kills; i++) {
    // The first hits the file being read; the last the end of the second turn.
    const work = Math.ceil(((i + 0.2 + 0.6 * random()) / (kills + 0.5)) * total);
    const wasAlive = await killAt(command(db), db, work, random() * 20);
    expect(wasAlive, `kill ${i + 1} at ${work} of ${total} came too late: the run had ended`).toBe(true);
    moments.push(workOnDisk(db));
  }
  // Every time something more had been done, and never all of it.
  expect(moments).toEqual([...moments].sort((a, b) => a - b));
  expect(new Set(moments).size).toBeGreaterThanOrEqual(6);
  expect(moments.at(-1)).toBeLessThan(total);

  const last = await osicam(command(db));
  expect(last.code).toBe(0);
  const recovered = JSON.parse(last.stdout) as Run;
  expect({ ...recovered, seconds: 0 }).toEqual({ ...expected, seconds: 0 });

  // And not only in sum: the same steps and messages of every customer, each once.
  const [one, other] = [decisions(leftAlone), decisions(db)];
  for (const [name, decided] of Object.entries(one)) {
    expect(other[name]?.length, name).toBe(decided.length);
    expect(
      decided.findIndex((row, i) => JSON.stringify(row) !== JSON.stringify(other[name]?.[i])),
      name,
    ).toBe(-1);
  }
}, 120_000);
