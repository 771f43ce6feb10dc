import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { VirtualClock } from '../../packages/engine/src/runner/index.ts';
import type { IngestRecord } from '../../packages/engine/src/runner/ingest.ts';
import { countMembers, openSqlite } from '../../packages/engine/src/store/index.ts';
import { baseNow, findBase } from './base.ts';
import type { Bench } from './bench.ts';
import type { Measure } from './child.ts';
import { inChild } from './child.ts';
import { openEngine } from './engine.ts';
import { fiftySegments } from './fifty-segments.ts';
import { median, ratioOf, rounded } from './figures.ts';
import { percentile, probe } from './probe.ts';
import { rebuild } from './rebuild.ts';
import { served } from './served.ts';

const touched = 1_000;
const rounds = 5;

/** Another customer for each n, from all over the base. */
const someone = (n: number, customers: number): string =>
  `u${String(1 + ((n * 7_919 + 13) % customers)).padStart(8, '0')}`;

/** One thing that happens: three times an event, then a trait. */
function happening(n: number, at: number): Omit<IngestRecord, 'identities'> {
  const event = (type: string, category: 'order' | 'contact', properties: Record<string, string | number>) => ({
    traits: {},
    events: [{ type, category, time: at, properties }],
  });
  switch (n % 4) {
    case 0:
      return event('order', 'order', { total: 500 + ((n * 37) % 20_000), currency: 'EUR', items: 1 + (n % 5) });
    case 1:
      return event('page', 'contact', { path: `/p/${n % 500}` });
    case 2:
      return event('mail opened', 'contact', { campaign: `c${n % 40}` });
    default:
      return n % 8 === 3
        ? { traits: { points: (n * 53) % 5_000 } }
        : { traits: { plan: ['basic', 'plus', 'pro'][n % 3] as string } };
  }
}

const sum = (counts: ReadonlyMap<unknown, number>): number => [...counts.values()].reduce((all, of) => all + of, 0);

/** What the processor has worked, in seconds: what else the machine does is not in it. */
const worked = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

const measures: Record<string, Measure> = {
  /** Fifty segments are saved and filled by the engine, chunk after chunk. */
  async fill({ file }) {
    const { db, engine, longest } = await openEngine(file as string, { clock: new VirtualClock(baseNow) });
    for (const [id, rule] of Object.entries(fiftySegments)) await engine.saveSegment({ id, name: id, rule });
    const start = performance.now();
    while ((await engine.work()) > 0);
    const seconds = (performance.now() - start) / 1000;
    const { holdMs } = longest;
    await db.write((tx) => tx.run('ANALYZE'));
    const members = sum(await db.read(countMembers));
    await db.close();
    return { seconds, members, holdMs: Math.round(holdMs) };
  },

  async rebuild({ file }) {
    const db = await openSqlite(file as string, { cacheMb: 64 });
    const [start, before] = [performance.now(), worked()];
    const counts = await rebuild(db);
    const [seconds, cpu] = [(performance.now() - start) / 1000, worked() - before];
    await db.close();
    return { seconds, cpu, members: sum(new Map(Object.entries(counts))) };
  },

  /** From a thousand calls that are handed over to the commit that makes every membership right. */
  async touch({ file, customers }) {
    const clock = new VirtualClock(baseNow + 1);
    const { db, engine } = await openEngine(file as string, { clock });
    const members = sum(await db.read(countMembers));
    const times: number[] = [];
    const cpu: number[] = [];
    for (let round = 0; round < rounds; round++) {
      clock.advanceTo(clock.now() + 1_000);
      const records = Array.from({ length: touched }, (_, i): IngestRecord => {
        const n = round * touched + i;
        return { identities: [{ kind: 'userId', value: someone(n, Number(customers)) }], ...happening(n, clock.now()) };
      });
      const [start, before] = [performance.now(), worked()];
      await engine.ingest(records, 'bench');
      cpu.push(worked() - before);
      times.push((performance.now() - start) / 1000);
    }
    const changed = await db.read((tx) =>
      tx.first<{ n: number }>('SELECT count(*) AS n FROM membership WHERE since > ?', [baseNow]),
    );
    await db.close();
    return {
      seconds: median(times),
      cpu: median(cpu),
      slowest: Math.max(...times),
      members,
      changed: Number(changed?.n),
    };
  },
};

/** The base with its fifty segments filled, kept for the next time. */
async function findFilled(base: string, say: (line: string) => void): Promise<{ file: string; filled: number }> {
  const hash = createHash('sha256');
  for (const file of ['./fifty-segments.ts', '../../packages/engine/src/store/migrations/first/segment-tables.ts'])
    hash.update(await readFile(new URL(file, import.meta.url)));
  const file = base.replace(/\.sqlite$/, `-live-${hash.digest('hex').slice(0, 8)}.sqlite`);
  if (existsSync(file)) return { file, filled: Number.NaN };
  say('filling fifty segments');
  const unfinished = `${file}.making`;
  await copyFile(base, unfinished);
  const { seconds, holdMs } = await inChild('live', 'fill', { file: unfinished });
  say(`filled in ${seconds.toFixed(1)} s, ${holdMs} ms at most at a time`);
  for (const end of ['-wal', '-shm']) await rm(unfinished + end, { force: true });
  await rename(unfinished, file);
  return { file, filled: seconds };
}

/** What somebody in the editor feels meanwhile: while calls change customers in fifty segments, and while rules are previewed. */
async function feel(folder: string, file: string, customers: number, seconds: number) {
  const copy = join(folder, 'to-serve.sqlite');
  await copyFile(file, copy);
  const server = await served({ data: join(folder, 'served'), base: copy });
  const send = (path: string, authorization: string, body: unknown) =>
    fetch(`${server.address}${path}`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const key = `Basic ${Buffer.from(`${server.writeKey}:`).toString('base64')}`;
  try {
    const during = async (work: () => Promise<void>) => {
      const felt = probe(server);
      const until = performance.now() + seconds * 1_000;
      while (performance.now() < until) await work();
      return felt.stop();
    };
    let n = 100_000;
    const living = await during(async () => {
      const batch = Array.from({ length: 250 }, () => {
        n++;
        const { traits, events } = happening(n, Date.now());
        const [event] = events ?? [];
        return event
          ? { type: 'track', userId: someone(n, customers), event: event.type, properties: event.properties }
          : { type: 'identify', userId: someone(n, customers), traits };
      });
      const answer = await send('/v1/batch', key, { batch });
      if (!answer.ok && answer.status !== 429) throw new Error(`/v1/batch answered ${answer.status}`);
      await answer.arrayBuffer();
    });
    const rules = Object.values(fiftySegments);
    const times: number[] = [];
    const previewing = await during(async () => {
      const rule = rules[times.length % rules.length];
      const start = performance.now();
      const answer = await send('/api/segments/preview', `Bearer ${server.token}`, { rule });
      if (!answer.ok) throw new Error(`the preview answered ${answer.status}: ${await answer.text()}`);
      await answer.arrayBuffer();
      times.push(performance.now() - start);
    });
    return { living, previewing, previewMs: percentile(times, 0.5) };
  } finally {
    await server.stop();
  }
}

export const bench: Bench = {
  name: 'live',
  describe: 'a thousand customers changed, in fifty segments, each exact at the commit; timers of windows included',
  measures,
  async run({ folder, rows = 1_000_000, runs = 2, say }) {
    const base = await findBase({ customers: rows, events: rows * 10 }, say);
    const { file, filled } = await findFilled(base, say);
    const copy = join(folder, 'copy.sqlite');
    const onFresh = async (name: string, from: string) => {
      await copyFile(from, copy);
      const measured = await inChild('live', name, { file: copy, customers: `${rows}` });
      for (const end of ['', '-wal', '-shm', '-engine']) await rm(copy + end, { force: true });
      say(`${name} ${measured.seconds.toFixed(3)} s`);
      return measured;
    };
    const floors: Awaited<ReturnType<typeof onFresh>>[] = [];
    const values: Awaited<ReturnType<typeof onFresh>>[] = [];
    for (let run = 1; run <= runs; run++) {
      const floor = await onFresh('rebuild', base);
      const value = await onFresh('touch', file);
      if (floor['members'] !== value['members'])
        throw new Error(`expected ${floor['members']} memberships, as they are rebuilt, got ${value['members']}`);
      floors.push(floor);
      values.push(value);
    }
    const { living, previewing, previewMs } = await feel(folder, file, rows, rows < 100_000 ? 2 : 10);
    const value = median(values.map(({ seconds }) => seconds));
    const floor = median(floors.map(({ seconds }) => seconds));
    const cpuOf = (of: typeof values) => median(of.map(({ cpu = Number.NaN }) => cpu));
    return {
      name: 'live',
      value: rounded(value),
      unit: 's',
      floor: rounded(floor),
      ratio: ratioOf(floor, value),
      goal: 100,
      runs,
      peakMemoryMB: Math.max(...values.map(({ peakMemoryMB }) => peakMemoryMB)),
      touched,
      cpuSeconds: rounded(cpuOf(values)),
      floorCpuSeconds: rounded(cpuOf(floors)),
      segments: Object.keys(fiftySegments).length,
      slowestMs: Math.round(Math.max(...values.map(({ slowest = 0 }) => slowest)) * 1000),
      fillSeconds: Number.isNaN(filled) ? null : rounded(filled),
      loopsP99Ms: living.p99Ms,
      previewMs,
      loopsP99PreviewMs: previewing.p99Ms,
    };
  },
};
