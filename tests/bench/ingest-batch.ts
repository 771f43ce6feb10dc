import { join } from 'node:path';
import { openSqlite } from '../../packages/engine/src/store/index.ts';
import { findBase } from './base.ts';
import type { Bench } from './bench.ts';
import { withoutDatabase } from './bench.ts';
import type { Measure } from './child.ts';
import { inChild } from './child.ts';
import { median, rounded } from './figures.ts';
import { load, trackCall } from './load.ts';
import type { Ingested } from './run-ingest.ts';
import { runIngest, settledBase } from './run-ingest.ts';

const events = 500;
const connections = 16;

const measures: Record<string, Measure> = {
  /** The client, in a process of its own. */
  async load({ address = '', writeKey = '', customers, seconds }) {
    const run = String(process.pid);
    const at = new Date().toISOString();
    const body = (n: number) => {
      const calls = Array.from({ length: events }, (_, i) => trackCall(n * events + i, run, Number(customers), at));
      return `{"batch":[${calls.join(',')}],"sentAt":"${at}"}`;
    };
    const given = { address, writeKey, path: '/v1/batch', connections, seconds: Number(seconds), body };
    return { ...(await load(given)) };
  },

  /** The same rows by one prepared statement into a table without an index, ten thousand a transaction, as durable. */
  async floor({ file = '', rows, customers }) {
    const db = await openSqlite(file);
    await db.write((tx) =>
      tx.run(
        `CREATE TABLE bare (customer INTEGER, type TEXT, category TEXT, time INTEGER, received_at INTEGER, message_id TEXT, properties TEXT)`,
      ),
    );
    const now = Date.now();
    const all = Array.from({ length: Number(rows) }, (_, n) => {
      const { userId, event, properties, messageId } = JSON.parse(trackCall(n, 'floor', Number(customers), '')) as {
        userId: string;
        event: string;
        properties: object;
        messageId: string;
      };
      return [Number(userId.slice(1)), event, 'contact', now, now, messageId, JSON.stringify(properties)];
    });
    const start = performance.now();
    for (let from = 0; from < all.length; from += 10_000)
      await db.write((tx) =>
        tx.runMany('INSERT INTO bare VALUES (?, ?, ?, ?, ?, ?, ?)', all.slice(from, from + 10_000)),
      );
    const seconds = (performance.now() - start) / 1000;
    await db.close();
    return { seconds };
  },
};

export const bench: Bench = {
  name: 'ingest-batch',
  describe: 'events in batches of 500, on disk before the answer, worked in with two live segments',
  measures,
  async run({ folder, rows = 1_000_000, runs = 3, say }) {
    const base = await settledBase(folder, await findBase({ customers: rows, events: rows * 10 }, say), say);
    const given = { customers: `${rows}`, seconds: rows < 100_000 ? '2' : '10' };
    const file = join(folder, 'floor.sqlite');
    const bare = Math.min(rows, 500_000);
    const floors: number[] = [];
    const values: Ingested[] = [];
    for (let run = 1; run <= runs; run++) {
      const { seconds } = await withoutDatabase(file, () =>
        inChild('ingest-batch', 'floor', { file, rows: `${bare}`, customers: `${rows}` }),
      );
      floors.push(bare / seconds);
      say(`run ${run} of ${runs}: floor ${Math.round(floors.at(-1) ?? 0)}/s`);
      values.push(await runIngest({ bench: 'ingest-batch', given, folder, base, events, say }));
    }
    const of = (key: keyof Ingested) => median(values.map((value) => value[key]));
    const value = of('workedInPerSecond');
    const floor = median(floors);
    return {
      name: 'ingest-batch',
      value: rounded(value),
      unit: 'events/s',
      floor: rounded(floor),
      ratio: rounded(value / floor),
      goal: 0.5,
      runs,
      peakMemoryMB: Math.max(...values.map(({ peakMemoryMB }) => peakMemoryMB)),
      acceptedPerSecond: rounded(of('acceptedPerSecond')),
      secondsBehind: rounded(of('secondsBehind')),
      secondsBehindGoal: 1,
      p99Ms: of('p99Ms'),
      toldToComeAgain: of('held'),
      loopsP99Ms: of('loopsP99Ms'),
      loopsP99GoalMs: 100,
      connections,
      rows,
      floorIs: 'the same rows by one prepared statement into a table without index',
    };
  },
};
