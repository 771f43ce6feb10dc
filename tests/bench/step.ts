import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Bench } from './bench.ts';
import { alternate, onCopy } from './bench.ts';
import type { Measure } from './child.ts';
import { inChild } from './child.ts';
import { now, openEngine } from './engine.ts';
import { median, ratioOf, rounded } from './figures.ts';
import { choose, prepareStep, wayOf } from './step-loop.ts';

interface Statement {
  get(...values: unknown[]): unknown;
  all(): unknown[];
  run(...values: unknown[]): unknown;
  pluck(): Statement;
}

/** The driver that the engine has, with nothing around it. */
const Sqlite = createRequire(new URL('../../packages/engine/package.json', import.meta.url))('better-sqlite3') as new (
  file: string,
) => {
  pragma(text: string): unknown;
  prepare(sql: string): Statement;
  transaction(work: () => void): () => void;
  close(): void;
};

const seconds = (since: number) => (performance.now() - since) / 1000;

/** As many as the engine hands to a handler at once. */
const batch = 1_000;

const measures: Record<string, Measure> = {
  async prepare({ file, rows, scattered }) {
    const start = performance.now();
    await prepareStep(file as string, Number(rows), scattered === 'yes');
    return { seconds: seconds(start) };
  },

  async osicam({ file, rows }) {
    const { db, engine, longest } = await openEngine(file as string, { nodes: [choose] });
    const start = performance.now();
    while ((await engine.work()) > 0);
    const took = seconds(start);
    const { statementMs, holdMs } = longest;
    const seen = await db.read((tx) =>
      tx.first<{ journal: number; moved: number }>(
        'SELECT (SELECT count(*) FROM journal) AS journal, (SELECT count(*) FROM position WHERE step = 3) AS moved',
      ),
    );
    if (seen?.journal !== Number(rows) || seen.moved !== Number(rows))
      throw new Error(`expected ${rows} steps, got ${JSON.stringify(seen)}`);
    await db.close();
    return { seconds: took, statementMs, holdMs };
  },

  /** The same decision for the same customers in the same order: read one, update its row, insert its step. No promises, no verbs. */
  async floor({ file }) {
    const db = new Sqlite(file as string);
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    db.pragma('wal_autocheckpoint = 20000');
    db.pragma('cache_size = -24576');
    const order = db.prepare('SELECT customer FROM position').pluck().all() as number[];
    const read = db.prepare(
      'SELECT b.step, b.turn, json(c.traits) AS traits FROM bare b JOIN customer c ON c.id = b.customer WHERE b.customer = ?',
    );
    const update = db.prepare('UPDATE bare SET node = ?, due = ?, step = step + 1, since = ? WHERE customer = ?');
    const insert = db.prepare('INSERT INTO bare_step VALUES (?, ?, ?, ?, ?)');
    const start = performance.now();
    for (let first = 0; first < order.length; first += batch)
      db.transaction(() => {
        for (const customer of order.slice(first, first + batch)) {
          const { step, turn, traits } = read.get(customer) as { step: number; turn: number; traits: string };
          const way = wayOf(JSON.parse(traits) as Record<string, unknown>);
          update.run({ low: 1, middle: 2, high: 3 }[way], now, now, customer);
          insert.run(customer, step, now, turn, way);
        }
      })();
    const took = seconds(start);
    db.close();
    return { seconds: took };
  },
};

export const bench: Bench = {
  name: 'step',
  describe:
    'one step of each customer, decided by code of its own, in batches, durable; in order of keys and scattered',
  measures,
  async run({ folder, rows = 200_000, runs = 5, say }) {
    const ordered = join(folder, 'step.sqlite');
    const scattered = join(folder, 'scattered.sqlite');
    say(`making ${rows} customers who stand at a node, twice`);
    await inChild('step', 'prepare', { file: ordered, rows: `${rows}` });
    await inChild('step', 'prepare', { file: scattered, rows: `${rows}`, scattered: 'yes' });
    const on = (template: string, name: string) => () =>
      onCopy(template, (file) => inChild('step', name, { file, rows: `${rows}` }));
    const done = await alternate(runs, say, {
      floor: on(ordered, 'floor'),
      osicam: on(ordered, 'osicam'),
      scatteredFloor: on(scattered, 'floor'),
      scatteredOsicam: on(scattered, 'osicam'),
    });
    const middle = (runs: readonly { seconds: number }[]) => median(runs.map((run) => run.seconds));
    const value = middle(done.osicam);
    const floor = middle(done.floor);
    const scatteredValue = middle(done.scatteredOsicam);
    const scatteredFloor = middle(done.scatteredFloor);
    return {
      name: 'step',
      value: rounded(value),
      unit: 's',
      floor: rounded(floor),
      ratio: ratioOf(floor, value),
      goal: 0.7,
      runs,
      peakMemoryMB: Math.max(...done.osicam.map((run) => run.peakMemoryMB)),
      rows,
      stepsPerSecond: rounded(rows / value),
      floorIs: 'a prepared read, update and insert a row, in the same order and batches',
      scatteredSeconds: rounded(scatteredValue),
      scatteredFloorSeconds: rounded(scatteredFloor),
      scatteredRatio: ratioOf(scatteredFloor, scatteredValue),
      scatteredGoal: 0.6,
      scatteredStepsPerSecond: rounded(rows / scatteredValue),
      longestStatementMs: rounded(Math.max(...done.osicam.map((run) => run['statementMs'] as number))),
      longestHoldMs: rounded(Math.max(...done.osicam.map((run) => run['holdMs'] as number))),
    };
  },
};
