import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ruleToCustomersSql, ruleToSql } from '../../packages/engine/src/rule/index.ts';
import { openSqlite, openSqliteReader } from '../../packages/engine/src/store/index.ts';
import { baseNow, findBase } from './base.ts';
import type { Bench } from './bench.ts';
import { alternate, withoutDatabase } from './bench.ts';
import type { Measure } from './child.ts';
import { inChild } from './child.ts';
import { median, ratioOf, rounded } from './figures.ts';
import { addKinds, kinds, segmentRule } from './segment-kinds.ts';

interface Statement {
  sql: string;
  parameters: (string | number)[];
}

const from = baseNow - 90 * 86_400_000;
const ordered = (customer: string) =>
  `EXISTS (SELECT 1 FROM event e WHERE e.customer = ${customer} AND e.type = 'order' AND e.time BETWEEN ? AND ? LIMIT 1 OFFSET 2)`;
const lives = `c.merged_into IS NULL AND json_extract(c.traits, '$.country') IN ('DE', 'FR', 'GB')`;
const consents = `coalesce((SELECT granted FROM consent k WHERE k.customer = c.id AND k.channel = 'email' AND k.purpose = 'offers'
  ORDER BY at DESC LIMIT 1), 0) <> 0`;
const consented = `k.channel = 'email' AND k.purpose = 'offers' AND k.granted <> 0`;
const isLatest = `NOT EXISTS (SELECT 1 FROM consent l WHERE l.customer = k.customer AND l.channel = k.channel AND l.purpose = k.purpose
  AND l.at > k.at)`;

/** The same question as well as it can be put by hand, in every way that promised something. The fastest is the floor. */
const byHand: Record<string, string> = {
  customers: `SELECT count(*) AS count FROM customer c WHERE ${lives} AND ${consents} AND ${ordered('c.id')}`,
  events: `SELECT count(*) AS count FROM (SELECT customer FROM event INDEXED BY event_customer WHERE type = 'order' AND time BETWEEN ? AND ?
    GROUP BY customer HAVING count(*) >= 3) e CROSS JOIN customer c ON c.id = e.customer WHERE ${lives} AND ${consents}`,
  consents: `SELECT count(*) AS count FROM consent k CROSS JOIN customer c ON c.id = k.customer
    WHERE ${consented} AND ${isLatest} AND ${lives} AND ${ordered('c.id')}`,
  consentsThenEvents: `SELECT count(*) AS count FROM consent k CROSS JOIN customer c ON c.id = k.customer
    WHERE ${consented} AND ${ordered('k.customer')} AND ${isLatest} AND ${lives}`,
  inAll: `SELECT count(*) AS count FROM customer c WHERE ${lives}
    AND c.id IN (SELECT customer FROM event WHERE type = 'order' AND time BETWEEN ? AND ? GROUP BY customer HAVING count(*) >= 3) AND ${consents}`,
};

const counting = ({ sql, parameters }: Statement): Statement => ({
  sql: `SELECT count(*) AS count FROM (${sql}) AS selected`,
  parameters,
});

/** Asks several times, as somebody does who builds a rule, and takes the time in the middle. */
async function ask(
  file: string,
  statements: readonly Statement[],
  times = 5,
): Promise<{ seconds: number; processorMs: number; count: number }> {
  const db = await openSqliteReader(file);
  const took: number[] = [];
  const processor: number[] = [];
  let count = 0;
  for (let time = 0; time < times; time++) {
    const start = performance.now();
    const before = process.cpuUsage();
    for (const { sql, parameters } of statements) {
      const rows = await db.read((tx) => tx.all<{ count?: number }>(sql, parameters));
      count = rows[0]?.count ?? count;
    }
    took.push((performance.now() - start) / 1000);
    const { user, system } = process.cpuUsage(before);
    processor.push((user + system) / 1000);
  }
  await db.close();
  return { seconds: median(took), processorMs: Math.round(median(processor)), count };
}

const measures: Record<string, Measure> = {
  osicam: ({ file }) => ask(file as string, [counting(ruleToCustomersSql(segmentRule, { now: baseNow }))]),

  byHand: ({ file, way }) =>
    ask(file as string, [{ sql: byHand[way as string] as string, parameters: [from, baseNow] }]),

  /** What the editor shows of a rule: how many, and ten of them. */
  async preview({ file }) {
    const rule = ruleToCustomersSql(segmentRule, { now: baseNow });
    return ask(file as string, [counting(rule), { ...rule, sql: `${rule.sql} ORDER BY id LIMIT 10` }]);
  },

  /** The rule as a predicate over all customers: what it would take without choosing where to begin. */
  async predicate({ file }) {
    const { sql, parameters } = ruleToSql(segmentRule, { now: baseNow, customer: 'c' });
    return ask(file as string, [
      { sql: `SELECT count(*) AS count FROM customer c WHERE c.merged_into IS NULL AND ${sql}`, parameters },
    ]);
  },

  async addKinds({ file, customers }) {
    const db = await openSqlite(file as string);
    await db.write((tx) => addKinds(tx, Number(customers)));
    await db.close();
    return { seconds: 0 };
  },

  async kind({ file, kind }) {
    const rule = kinds[kind as string];
    if (!rule) throw new RangeError(`expected one of ${Object.keys(kinds).join(', ')}, got ${kind}`);
    return ask(file as string, [counting(ruleToCustomersSql(rule, { now: baseNow }))], 2);
  },
};

export const bench: Bench = {
  name: 'segment',
  describe: 'whom a rule selects, of a million customers with ten million events',
  measures,
  async run({ folder, rows = 1_000_000, runs = 3, say }) {
    const file = await findBase({ customers: rows, events: rows * 10 }, say);
    // Before it counts, which way by hand is the best here.
    const ways: [string, number][] = [];
    for (const way of Object.keys(byHand)) {
      const { seconds, count } = await inChild('segment', 'byHand', { file, way });
      say(`by hand, from ${way}: ${rounded(seconds)} s, ${count} customers`);
      ways.push([way, seconds]);
    }
    const [way] = ways.reduce((best, one) => (one[1] < best[1] ? one : best));
    const done = await alternate(runs, say, {
      floor: () => inChild('segment', 'byHand', { file, way }),
      osicam: () => inChild('segment', 'osicam', { file }),
      preview: () => inChild('segment', 'preview', { file }),
      predicate: () => inChild('segment', 'predicate', { file }),
    });
    const counts = new Set([...done.floor, ...done.osicam, ...done.predicate].map(({ count }) => count));
    if (counts.size !== 1) throw new Error(`expected one answer, got ${[...counts].join(', ')}`);
    const copy = join(folder, 'kinds.sqlite');
    const ofEach = await withoutDatabase(copy, async () => {
      await copyFile(file, copy);
      await inChild('segment', 'addKinds', { file: copy, customers: `${rows}` });
      const ms: Record<string, number> = {};
      for (const kind of Object.keys(kinds)) {
        const { seconds, processorMs, count } = await inChild('segment', 'kind', { file: copy, kind });
        say(`${kind}: ${Math.round(seconds * 1000)} ms, ${processorMs} of the processor, ${count} customers`);
        ms[`${kind}Ms`] = processorMs ?? 0;
      }
      return ms;
    });
    const middle = (name: keyof typeof done) => median(done[name].map(({ seconds }) => seconds));
    // On a busy machine this says more than the clock.
    const processor = (name: keyof typeof done) => median(done[name].map(({ processorMs = 0 }) => processorMs));
    return {
      name: 'segment',
      value: rounded(middle('osicam')),
      unit: 's',
      floor: rounded(middle('floor')),
      ratio: ratioOf(middle('floor'), middle('osicam')),
      goal: rounded(1 / 1.1),
      runs,
      peakMemoryMB: Math.max(...done.osicam.map((run) => run.peakMemoryMB)),
      selected: done.osicam[0]?.count ?? null,
      processorMs: processor('osicam'),
      floorProcessorMs: processor('floor'),
      previewMs: Math.round(middle('preview') * 1000),
      previewGoalMs: 300,
      predicateMs: Math.round(middle('predicate') * 1000),
      predicateProcessorMs: processor('predicate'),
      ...ofEach,
      floorIs: `the best of ${Object.keys(byHand).length} statements by hand: from ${way}`,
    };
  },
};
