import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { drawLoop } from '../../packages/engine/src/runner/draw-loop.ts';
import { VirtualClock } from '../../packages/engine/src/runner/index.ts';
import { markPath, marks } from '../../packages/engine/src/store/index.ts';
import type { Bench } from './bench.ts';
import { alternate, onCopy, withoutDatabase } from './bench.ts';
import type { Measure } from './child.ts';
import { inChild } from './child.ts';
import { now, openEngine } from './engine.ts';
import { median, ratioOf, rounded } from './figures.ts';
import { makePeople } from './people.ts';

const seconds = (since: number) => (performance.now() - since) / 1000;
const day = 86_400_000;

/** Whoever has waited goes to the next wait, where it rests. */
const loop = drawLoop(
  'wait',
  { in: ['collect/call'], first: ['flow/delay', { for: 'P30D' }], second: ['flow/delay', { for: 'P300D' }] },
  `in.entered -> first
   first.done -> second
   second.done -> first`,
);

/** One in so many wakes at the same instant; the others wait for long. */
const wakesOneIn = 10;

async function prepare(file: string, rows: number): Promise<void> {
  const { db, engine } = await openEngine(file);
  const version = await engine.publish(loop);
  if (rows > 0) await makePeople(db, rows);
  const entry = version.stations.get('in')?.ref as number;
  const wait = version.stations.get('first')?.ref as number;
  const until = `? + CASE id % ${wakesOneIn} WHEN 0 THEN 0 ELSE ${day} * (1 + id % 300) END`;
  await db.write(async (tx) => {
    await tx.run(
      'INSERT INTO enrollment (customer, n, version, entered_at, node) SELECT id, 1, ?, ?, ? FROM customer ORDER BY id',
      [version.id, now, entry],
    );
    await tx.run(
      `INSERT INTO journal (customer, n, step, at, turn, path, until) SELECT id, 1, 1, ?, 1, ?, ${until} FROM customer ORDER BY id`,
      [now, await markPath(tx, marks.beganToWait, wait), now + day],
    );
    await tx.run(
      `INSERT INTO position (node, due, customer, n, step, turn, since, phase)
       SELECT ?, ${until}, id, 1, 2, 1, ?, 1 FROM customer ORDER BY 2, id`,
      [wait, now + day, now],
    );
  });
  await db.close();
}

const measures: Record<string, Measure> = {
  async prepare({ file, rows }) {
    const start = performance.now();
    await prepare(file as string, Number(rows));
    return { seconds: seconds(start) };
  },

  /** From the opening of the file until the engine knows what is due next. */
  async start({ file }) {
    const start = performance.now();
    const { db, engine } = await openEngine(file as string);
    await engine.work();
    const due = await engine.nextDue();
    const took = seconds(start);
    const rssMB = process.memoryUsage.rss() / 1024 / 1024;
    await db.close();
    return { seconds: took, rssMB, isWaiting: due === undefined ? 0 : 1 };
  },

  /** All who are due at one instant go on to the next wait and begin it. */
  async wake({ file, rows }) {
    const clock = new VirtualClock(now);
    const { db, engine, longest } = await openEngine(file as string, { clock });
    clock.advanceTo(now + day);
    const start = performance.now();
    while ((await engine.work()) > 0);
    const took = seconds(start);
    const { statementMs, holdMs } = longest;
    const seen = await db.read((tx) =>
      tx.first<{ steps: number; waiting: number }>(
        `SELECT (SELECT count(*) FROM journal WHERE step > 1) AS steps,
           (SELECT count(*) FROM position WHERE phase = 1 AND step = 4) AS waiting`,
      ),
    );
    const woken = Math.floor(Number(rows) / wakesOneIn);
    if (seen?.waiting !== woken || seen.steps !== 2 * woken)
      throw new Error(`expected ${woken} to wake and wait again, got ${JSON.stringify(seen)}`);
    await db.close();
    return { seconds: took, statementMs, holdMs };
  },
};

export const bench: Bench = {
  name: 'wait',
  describe: 'a start with 1,000,000 enrollments that wait, and 100,000 that wake at one instant',
  measures,
  async run({ folder, rows = 1_000_000, runs = 5, say }) {
    const full = join(folder, 'wait.sqlite');
    const empty = join(folder, 'empty.sqlite');
    const step = join(folder, 'step.sqlite');
    const woken = Math.floor(rows / wakesOneIn);
    say(`making ${rows} customers who wait`);
    await inChild('wait', 'prepare', { file: full, rows: `${rows}` });
    await inChild('wait', 'prepare', { file: empty, rows: '0' });
    await inChild('step', 'prepare', { file: step, rows: `${woken}` });
    const startOn = (template: string) => async () => {
      const file = join(folder, 'started.sqlite');
      await copyFile(template, file);
      return withoutDatabase(file, () => inChild('wait', 'start', { file }));
    };
    const done = await alternate(runs, say, {
      emptyStart: startOn(empty),
      fullStart: startOn(full),
      step: () => onCopy(step, (file) => inChild('step', 'osicam', { file, rows: `${woken}` })),
      wake: () => onCopy(full, (file) => inChild('wait', 'wake', { file, rows: `${rows}` })),
    });
    const middle = (runs: readonly Record<string, number>[], of = 'seconds') =>
      median(runs.map((run) => run[of] as number));
    // Who wakes makes two steps: it leaves the wait, and begins the next.
    const value = middle(done.wake) / 2;
    const floor = middle(done.step);
    return {
      name: 'wait',
      value: rounded(value),
      unit: 's',
      floor: rounded(floor),
      ratio: ratioOf(floor, value),
      goal: 0.8,
      runs,
      peakMemoryMB: Math.max(...done.wake.map((run) => run.peakMemoryMB)),
      rows,
      woken,
      floorIs: 'as many steps of the bench step in order of keys',
      startSeconds: rounded(middle(done.fullStart)),
      emptyStartSeconds: rounded(middle(done.emptyStart)),
      startGoalSeconds: rounded(middle(done.emptyStart) + 1),
      startMemoryMB: rounded(middle(done.fullStart, 'rssMB')),
      emptyStartMemoryMB: rounded(middle(done.emptyStart, 'rssMB')),
      startMemoryGoalMB: rounded(middle(done.emptyStart, 'rssMB') + 50),
      longestStatementMs: rounded(Math.max(...done.wake.map((run) => run['statementMs'] as number))),
      longestHoldMs: rounded(Math.max(...done.wake.map((run) => run['holdMs'] as number))),
    };
  },
};
