import { findBase } from './base.ts';
import type { Bench } from './bench.ts';
import type { Measure } from './child.ts';
import { median, rounded } from './figures.ts';
import { load, trackCall } from './load.ts';
import type { Ingested } from './run-ingest.ts';
import { runFloor, runIngest, settledBase } from './run-ingest.ts';

const connections = 256;

const measures: Record<string, Measure> = {
  /** The client, in a process of its own. */
  async load({ address = '', writeKey = '', customers, seconds }) {
    const run = String(process.pid);
    const at = new Date().toISOString();
    const body = (n: number) => trackCall(n, run, Number(customers), at);
    const given = { address, writeKey, path: '/v1/track', connections, seconds: Number(seconds), body };
    return { ...(await load(given)) };
  },
};

export const bench: Bench = {
  name: 'ingest-one',
  describe: 'one event a request over 256 connections, each on disk before its answer',
  measures,
  async run({ folder, rows = 1_000_000, runs = 3, say }) {
    const base = await settledBase(folder, await findBase({ customers: rows, events: rows * 10 }, say), say);
    const given = { customers: `${rows}`, seconds: rows < 100_000 ? '2' : '10' };
    const floors: number[] = [];
    const values: Ingested[] = [];
    for (let run = 1; run <= runs; run++) {
      floors.push(await runFloor({ bench: 'ingest-one', given, folder }));
      say(`run ${run} of ${runs}: floor ${Math.round(floors.at(-1) ?? 0)}/s`);
      values.push(await runIngest({ bench: 'ingest-one', given, folder, base, events: 1, say }));
    }
    const of = (key: keyof Ingested) => median(values.map((value) => value[key]));
    const value = of('acceptedPerSecond');
    const floor = median(floors);
    return {
      name: 'ingest-one',
      value: rounded(value),
      unit: 'requests/s',
      floor: rounded(floor),
      ratio: rounded(value / floor),
      goal: 0.6,
      runs,
      peakMemoryMB: Math.max(...values.map(({ peakMemoryMB }) => peakMemoryMB)),
      p99Ms: of('p99Ms'),
      p99GoalMs: 50,
      workedInPerSecond: rounded(of('workedInPerSecond')),
      secondsBehind: rounded(of('secondsBehind')),
      toldToComeAgain: of('held'),
      loopsP99Ms: of('loopsP99Ms'),
      loopsP99GoalMs: 100,
      connections,
      rows,
      floorIs: 'the same route, parsed and validated, answered without storing',
    };
  },
};
