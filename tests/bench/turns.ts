import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { drawLoop } from '../../packages/engine/src/runner/draw-loop.ts';
import { runToRest, VirtualClock } from '../../packages/engine/src/runner/index.ts';
import type { Bench } from './bench.ts';
import { alternate, withoutDatabase } from './bench.ts';
import type { Measure } from './child.ts';
import { inChild } from './child.ts';
import { now, openEngine } from './engine.ts';
import { median, ratioOf, rounded } from './figures.ts';
import { makePeople } from './people.ts';

/** A delay, a rule, and round again. */
const loop = drawLoop(
  'turns',
  {
    in: ['collect/call'],
    delay: ['flow/delay', { for: 'PT1H' }],
    who: [
      'segment/rules',
      {
        cases: [
          {
            port: 'at risk',
            when: { combinator: 'and', rules: [{ field: 'Contract', operator: '=', value: 'Month-to-month' }] },
          },
        ],
        otherwise: 'others',
      },
    ],
  },
  `in.entered -> delay
   delay.done -> who
   who.at risk -> delay
   who.others -> delay`,
);

/** The turns after which memory is looked at first: by then everything is compiled, prepared and cached. */
const early = 1_000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function memory() {
  collectGarbage();
  const { rss, heapUsed, external } = process.memoryUsage();
  return { rssMB: rss / 1024 / 1024, heapMB: (heapUsed + external) / 1024 / 1024 };
}

const measures: Record<string, Measure> = {
  async osicam({ file, rows }) {
    const turns = Number(rows);
    const clock = new VirtualClock(now);
    const { db, engine } = await openEngine(file as string, { clock, turns, throwaway: true });
    await makePeople(db, 1);
    const version = await engine.publish(loop);
    await engine.enter(version, [1]);
    const start = performance.now();
    let first: ReturnType<typeof memory> | undefined;
    const hour = 3_600_000;
    await runToRest(engine, clock, {
      tick: 1,
      onAdvance: async (at) => {
        if (!first && at >= now + early * hour) first = memory();
      },
    });
    const took = (performance.now() - start) / 1000;
    const last = memory();
    const seen = await db.read((tx) => tx.first<{ turn: number; step: number }>('SELECT turn, step FROM position'));
    if (seen?.turn !== turns + 1 || !first)
      throw new Error(`expected ${turns} turns, more than ${early}, got ${JSON.stringify(seen)}`);
    await db.close();
    return {
      seconds: took,
      firstRssMB: first.rssMB,
      lastRssMB: last.rssMB,
      firstHeapMB: first.heapMB,
      lastHeapMB: last.heapMB,
    };
  },
};

export const bench: Bench = {
  name: 'turns',
  describe: 'one customer 100,000 turns round a loop: memory at the end and after 1,000 turns',
  measures,
  async run({ folder, rows = 100_000, runs = 1, say }) {
    const turns = Math.max(rows, 2 * early);
    const file = join(folder, 'turns.sqlite');
    const { osicam } = await alternate(runs, say, {
      osicam: () => withoutDatabase(file, () => inChild('turns', 'osicam', { file, rows: `${turns}` })),
    });
    const middle = (of: string) => median(osicam.map((run) => run[of] as number));
    return {
      name: 'turns',
      value: rounded(middle('lastRssMB')),
      unit: 'MB',
      floor: rounded(middle('firstRssMB')),
      ratio: ratioOf(middle('firstRssMB'), middle('lastRssMB')),
      goal: 0.91,
      runs,
      peakMemoryMB: Math.max(...osicam.map((run) => run.peakMemoryMB)),
      turns,
      floorIs: `after ${early} turns`,
      heapMB: rounded(middle('lastHeapMB')),
      floorHeapMB: rounded(middle('firstHeapMB')),
      seconds: rounded(middle('seconds')),
      turnsPerSecond: rounded(turns / middle('seconds')),
    };
  },
};
