import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { findBase } from './base.ts';
import type { Bench } from './bench.ts';
import type { Measure } from './child.ts';
import { inChild } from './child.ts';
import { median, rounded } from './figures.ts';
import { load, trackCall } from './load.ts';
import { probe } from './probe.ts';
import type { Served } from './served.ts';
import { served } from './served.ts';
import { keepSegments, watchIntake } from './watch-intake.ts';

const connections = 256;

const measures: Record<string, Measure> = {
  /** The client, in a process of its own. */
  async load({ address, writeKey, customers, seconds }) {
    const run = String(process.pid);
    const at = new Date().toISOString();
    const loaded = await load({
      address: address as string,
      writeKey: writeKey as string,
      path: '/v1/track',
      connections,
      seconds: Number(seconds),
      body: (n) => trackCall(n, run, Number(customers), at),
    });
    return { ...loaded };
  },
};

const ask = (server: Served, given: Record<string, string>) =>
  inChild('ingest-one', 'load', { address: server.address, writeKey: server.writeKey, ...given });

export const bench: Bench = {
  name: 'ingest-one',
  describe: 'one event a request over 256 connections, each on disk before its answer',
  measures,
  async run({ folder, rows = 1_000_000, runs = 3, say }) {
    const base = await findBase({ customers: rows, events: rows * 10 }, say);
    const given = { customers: `${rows}`, seconds: rows < 100_000 ? '2' : '10' };
    const floors: number[] = [];
    const values: {
      rate: number;
      worked: number;
      p99Ms: number;
      lag: number;
      probed: number;
      held: number;
      memory: number;
    }[] = [];
    for (let run = 1; run <= runs; run++) {
      const floor = await served({ data: join(folder, 'floor'), script: 'floor-process.ts' });
      await ask(floor, { ...given, seconds: '1' });
      const parsed = await ask(floor, given);
      await floor.stop();
      floors.push((parsed['accepted'] as number) / parsed.seconds);

      const data = join(folder, 'data');
      const server = await served({ data, base });
      await keepSegments(server);
      await ask(server, { ...given, seconds: '1' });
      const watch = await watchIntake(server.file);
      await watch.empty();
      watch.begin();
      const people = probe(server);
      const stored = await ask(server, given);
      const felt = await people.stop();
      const { lagSeconds, seconds, events } = await watch.end();
      const memory = await server.peakMemoryMB();
      await server.stop();
      await rm(data, { recursive: true });
      if (events !== stored['accepted']) throw new Error(`expected ${stored['accepted']} events, got ${events}`);
      values.push({
        rate: events / stored.seconds,
        worked: events / seconds,
        p99Ms: stored['p99Ms'] as number,
        lag: lagSeconds,
        probed: felt.p99Ms,
        held: stored['held'] as number,
        memory,
      });
      const last = values.at(-1);
      say(
        `run ${run} of ${runs}: floor ${Math.round(floors.at(-1) ?? 0)}/s, p99 ${parsed['p99Ms']} ms; accepted ${Math.round(last?.rate ?? 0)}/s, ` +
          `p99 ${last?.p99Ms} ms, worked in ${Math.round(last?.worked ?? 0)}/s, ${lagSeconds.toFixed(2)} s behind at most, ` +
          `${last?.held} told to come again; GET /api/loops p50 ${felt.p50Ms} p99 ${felt.p99Ms} ms; ${memory} MB`,
      );
    }
    const value = median(values.map(({ rate }) => rate));
    const floor = median(floors);
    return {
      name: 'ingest-one',
      value: rounded(value),
      unit: 'requests/s',
      floor: rounded(floor),
      ratio: rounded(value / floor),
      goal: 0.6,
      runs,
      peakMemoryMB: Math.max(...values.map(({ memory }) => memory)),
      p99Ms: median(values.map(({ p99Ms }) => p99Ms)),
      p99GoalMs: 50,
      workedInPerSecond: rounded(median(values.map(({ worked }) => worked))),
      mostSecondsBehind: rounded(Math.max(...values.map(({ lag }) => lag))),
      toldToComeAgain: Math.max(...values.map(({ held }) => held)),
      loopsP99Ms: median(values.map(({ probed }) => probed)),
      loopsP99GoalMs: 100,
      connections,
      customers: rows,
      floorIs: 'the same route, parsed and validated, answered without storing',
    };
  },
};
