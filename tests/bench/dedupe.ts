import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeEngine } from '../../packages/engine/src/cli/make-engine.ts';
import { organize } from '../../packages/engine/src/cli/organize.ts';
import { importRecords } from '../../packages/engine/src/customers/index.ts';
import { Registry } from '../../packages/engine/src/plugin/index.ts';
import { createTransports, VirtualClock } from '../../packages/engine/src/runner/index.ts';
import { openSqlite } from '../../packages/engine/src/store/index.ts';
import type { Bench } from './bench.ts';
import type { Measure } from './child.ts';
import { inChild } from './child.ts';
import { now } from './engine.ts';
import { rounded } from './figures.ts';
import { recordsOf } from './namesakes.ts';

const log = { info: () => {}, warn: () => {} };
const seconds = (since: number) => (performance.now() - since) / 1000;

/** Whose record each customer is, by its id. */
const readTruth = async (file: string): Promise<Uint32Array> => {
  const bytes = await readFile(`${file}.truth`);
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
};

/** How many pairs are of one person, of customers in parties. */
function pairsWithin(parties: Iterable<readonly number[]>, truth: Uint32Array): { pairs: number; right: number } {
  let pairs = 0;
  let right = 0;
  for (const party of parties)
    for (let i = 0; i < party.length; i++)
      for (let j = i + 1; j < party.length; j++) {
        pairs++;
        if (truth[party[i] as number] === truth[party[j] as number]) right++;
      }
  return { pairs, right };
}

function truePairs(truth: Uint32Array): number {
  const counts = new Map<number, number>();
  for (let id = 1; id < truth.length; id++) counts.set(truth[id] as number, (counts.get(truth[id] as number) ?? 0) + 1);
  let pairs = 0;
  for (const count of counts.values()) pairs += (count * (count - 1)) / 2;
  return pairs;
}

const measures: Record<string, Measure> = {
  async prepare({ file, rows }) {
    const start = performance.now();
    const db = await openSqlite(file as string);
    const truth = new Uint32Array(Number(rows) + 1);
    let id = 0;
    let chunk: { identities: { kind: string; value: string }[]; traits: Record<string, string> }[] = [];
    const save = async () => {
      const records = chunk;
      chunk = [];
      await db.write((tx) => importRecords(tx, records, { now, source: 'bench' }));
    };
    for (const { entity, traits } of recordsOf(Number(rows))) {
      truth[++id] = entity;
      chunk.push({ identities: [{ kind: 'record', value: `R${String(id).padStart(9, '0')}` }], traits });
      if (chunk.length === 10_000) await save();
    }
    await save();
    await db.close();
    await writeFile(`${file}.truth`, new Uint8Array(truth.buffer));
    return { seconds: seconds(start), records: id, truePairs: truePairs(truth) };
  },

  /** What is done where nobody thinks of likeness: the same e-mail, the same phone, or the same name and birth date, as written. */
  async exact({ file }) {
    const start = performance.now();
    const truth = await readTruth(file as string);
    const db = await openSqlite(file as string);
    const keys = {
      email: "lower(trim(traits ->> '$.email'))",
      phone: "replace(replace(traits ->> '$.phone', ' ', ''), '+44', '0')",
      name: "lower(trim(traits ->> '$.firstName') || ' ' || trim(traits ->> '$.lastName') || ' ' || (traits ->> '$.birthDate'))",
    };
    const pairs = new Set<string>();
    let right = 0;
    for (const key of Object.values(keys)) {
      const parties = await db.read((tx) =>
        tx.all<{ ids: string }>(
          `SELECT group_concat(id) AS ids FROM (SELECT id, ${key} AS key FROM customer WHERE ${key} IS NOT NULL) GROUP BY key HAVING count(*) BETWEEN 2 AND 50`,
        ),
      );
      for (const { ids } of parties) {
        const party = ids
          .split(',')
          .map(Number)
          .sort((a, b) => a - b);
        for (const [i, a] of party.entries())
          for (const b of party.slice(i + 1)) {
            const pair = `${a} ${b}`;
            if (pairs.has(pair)) continue;
            pairs.add(pair);
            if (truth[a] === truth[b]) right++;
          }
      }
    }
    await db.close();
    return { seconds: seconds(start), recall: right / truePairs(truth), precision: right / Math.max(1, pairs.size) };
  },

  /** What `osicam organize` does. */
  async osicam({ file }) {
    const start = performance.now();
    const db = await openSqlite(file as string, { engine: true });
    const transports = createTransports({ registry: new Registry([]), log, folder: '', deliver: {} });
    const engine = await makeEngine({
      db,
      registry: new Registry([]),
      clock: new VirtualClock(now),
      transports,
      log,
    });
    let compared = 0;
    const result = await organize(db, {
      engine,
      now,
      onProgress: (what) => {
        if (what === 'merging' && compared === 0) compared = seconds(start);
      },
    });
    const took = seconds(start);
    await transports.close();
    await db.close();
    return {
      seconds: took,
      comparingSeconds: compared,
      processorSeconds: process.cpuUsage().user / 1e6,
      comparedPairs: result.compared,
      merged: result.merged,
      proposed: result.proposed,
      oversizedKeys: result.oversized.keys,
    };
  },

  /** How much of it was right: apart, so that what knows the truth is in nobody's memory while it is looked for. */
  async evaluate({ file }) {
    const start = performance.now();
    const truth = await readTruth(file as string);
    const db = await openSqlite(file as string);
    const rows = await db.read((tx) =>
      tx.all<{ customer: number; into: number }>('SELECT customer, into_customer AS "into" FROM merge'),
    );
    const proposals = await db.read((tx) =>
      tx.all<{ customer: number; other: number }>("SELECT customer, other FROM merge_proposal WHERE state = 'open'"),
    );
    await db.close();
    const parties = new Map<number, number[]>();
    for (const { customer, into } of rows) {
      const party = parties.get(into);
      if (party) party.push(customer);
      else parties.set(into, [into, customer]);
    }
    const { pairs, right } = pairsWithin(parties.values(), truth);
    const all = truePairs(truth);
    const proposedRight = proposals.filter(({ customer, other }) => truth[customer] === truth[other]).length;
    return {
      seconds: seconds(start),
      recall: right / all,
      precision: right / Math.max(1, pairs),
      proposedRight,
      recallWithProposals: (right + proposedRight) / all,
    };
  },
};

const goals = { recall: 0.98, precision: 0.995, memoryMB: 500 };

export const bench: Bench = {
  name: 'dedupe',
  describe: 'customers of whom one in twenty is there twice, with slips, moves and other addresses: found and merged',
  measures,
  async run({ folder, rows = 1_000_000, say }) {
    const file = join(folder, 'dedupe.sqlite');
    say(`making ${rows} records`);
    const made = await inChild('dedupe', 'prepare', { file, rows: `${rows}` });
    say(`${made.records} records in ${made.seconds.toFixed(0)} s, ${made.truePairs} pairs of one person`);
    const exact = await inChild('dedupe', 'exact', { file });
    say(`exact keys: recall ${rounded(exact.recall as number)}, precision ${rounded(exact.precision as number)}`);
    const found = await inChild('dedupe', 'osicam', { file });
    const told = await inChild('dedupe', 'evaluate', { file });
    const recall = told.recall as number;
    const precision = told.precision as number;
    const at = (value: number, goal: number) =>
      `${value.toFixed(4)} (goal ${goal}: ${value >= goal ? 'reached' : 'MISSED'})`;
    return {
      name: 'dedupe',
      value: rounded(found.seconds),
      unit: 's',
      floor: null,
      ratio: null,
      goal: null,
      runs: 1,
      peakMemoryMB: found.peakMemoryMB,
      memoryGoalMB: goals.memoryMB,
      rows,
      truePairs: made.truePairs as number,
      recall: at(recall, goals.recall),
      precision: at(precision, goals.precision),
      merged: found.merged as number,
      proposed: found.proposed as number,
      proposedRight: told.proposedRight as number,
      recallWithProposals: Number((told.recallWithProposals as number).toFixed(4)),
      comparedPairs: found.comparedPairs as number,
      comparingSeconds: rounded(found.comparingSeconds as number),
      processorSeconds: rounded(found.processorSeconds as number),
      oversizedKeys: found.oversizedKeys as number,
      exactRecall: Number((exact.recall as number).toFixed(4)),
      exactPrecision: Number((exact.precision as number).toFixed(4)),
    };
  },
};
