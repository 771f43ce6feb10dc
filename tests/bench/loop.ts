import { join } from 'node:path';
import { openSqlite } from '../../packages/engine/src/store/index.ts';
import type { Bench } from './bench.ts';
import { alternate, onCopy } from './bench.ts';
import type { Measure } from './child.ts';
import { inChild } from './child.ts';
import { openEngine } from './engine.ts';
import { median, ratioOf, rounded } from './figures.ts';
import { installNodeRed, runNodeRed } from './node-red.ts';
import { makePeople } from './people.ts';
import { sixNodes, sixNodesOneWrites } from './six-nodes.ts';

const seconds = (since: number) => (performance.now() - since) / 1000;

const measures: Record<string, Measure> = {
  async prepare({ file, rows }) {
    const start = performance.now();
    const { db, engine } = await openEngine(file as string);
    await makePeople(db, Number(rows));
    await engine.publish(sixNodes);
    await engine.publish(sixNodesOneWrites);
    await db.close();
    return { seconds: seconds(start) };
  },

  /** From the moment that the first customer is let in until the last is out and on disk. */
  async osicam({ file, rows, writing }) {
    const { db, engine, longest } = await openEngine(file as string);
    const version = engine.newest((writing ? sixNodesOneWrites : sixNodes).id);
    if (!version) throw new Error('expected the loop to be published');
    const count = Number(rows);
    const batch = 10_000;
    const start = performance.now();
    for (let first = 1; first <= count; first += batch) {
      const ids = Array.from({ length: Math.min(batch, count - first + 1) }, (_, i) => first + i);
      await engine.enter(version, ids);
    }
    while ((await engine.work()) > 0);
    const took = seconds(start);
    const { statementMs, holdMs } = longest;
    const seen = await db.read((tx) =>
      tx.first<{ steps: number; ended: number }>(
        `SELECT (SELECT count(*) FROM journal j JOIN path_step s ON s.path = j.path) AS steps,
           (SELECT count(*) FROM enrollment WHERE ended_at IS NOT NULL) AS ended`,
      ),
    );
    if (seen?.steps !== 6 * count || seen.ended !== count)
      throw new Error(`expected ${count} to end after six steps each, got ${JSON.stringify(seen)}`);
    await db.close();
    return { seconds: took, statementMs, holdMs };
  },

  /** What somebody would write by hand for these six moves: each decided in JavaScript, one prepared statement after the other. */
  async byHand({ file, rows }) {
    const db = await openSqlite(file as string);
    await db.write(async (tx) => {
      await tx.run('CREATE TABLE place (customer INTEGER PRIMARY KEY, node INTEGER, step INTEGER)');
      await tx.run(
        'CREATE TABLE step (customer INTEGER, step INTEGER, at INTEGER, node INTEGER, port TEXT, PRIMARY KEY (customer, step)) WITHOUT ROWID',
      );
    });
    const start = performance.now();
    const batch = 1_000;
    for (let first = 1; first <= Number(rows); first += batch)
      await db.write(async (tx) => {
        const people = await tx.all<{ id: number; traits: string }>(
          'SELECT id, json(traits) AS traits FROM customer WHERE id >= ? ORDER BY id LIMIT ?',
          [first, batch],
        );
        for (const { id, traits } of people) {
          const { Contract, tenure, MonthlyCharges } = JSON.parse(traits) as Record<string, unknown>;
          const ports = [
            'entered',
            Contract === 'Month-to-month' && (tenure as number) <= 36 ? 'at risk' : 'safe',
            (id * 2654435761) % 5 === 0 ? 'holdout' : 'treated',
            (MonthlyCharges as number) >= 80 ? 'valuable' : 'usual',
            'done',
            'ended',
          ];
          await tx.run('INSERT INTO place VALUES (?, 0, 0)', [id]);
          for (const [step, port] of ports.entries()) {
            await tx.run('UPDATE place SET node = ?, step = ? WHERE customer = ?', [step + 1, step + 1, id]);
            await tx.run('INSERT INTO step VALUES (?, ?, ?, ?, ?)', [id, step, 0, step, port]);
          }
        }
      });
    const took = seconds(start);
    await db.close();
    return { seconds: took };
  },
};

export const bench: Bench = {
  name: 'loop',
  describe: 'customers through a loop of six nodes that needs no wait, durable',
  measures,
  async run({ folder, rows = 100_000, runs = 5, peers, say }) {
    const template = join(folder, 'loop.sqlite');
    say(`making ${rows} customers`);
    await inChild('loop', 'prepare', { file: template, rows: `${rows}` });
    const on = (name: string, given: Record<string, string> = {}) =>
      onCopy(template, (file) => inChild('loop', name, { file, rows: `${rows}`, ...given }));
    const nodeRed = peers ? await installNodeRed(say) : undefined;
    const done = await alternate(runs, say, {
      other: () => (nodeRed ? runNodeRed(nodeRed, join(folder, 'node-red'), rows) : on('byHand')),
      osicam: () => on('osicam'),
      writing: () => on('osicam', { writing: 'yes' }),
    });
    const value = median(done.osicam.map((run) => run.seconds));
    const other = median(done.other.map((run) => run.seconds));
    const most = (runs: readonly { peakMemoryMB: number }[]) => Math.max(...runs.map((run) => run.peakMemoryMB));
    return {
      name: 'loop',
      value: rounded(value),
      unit: 's',
      floor: rounded(other),
      ratio: ratioOf(other, value),
      goal: peers ? 15 : null,
      runs,
      peakMemoryMB: most(done.osicam),
      rows,
      floorIs: nodeRed
        ? `Node-RED ${nodeRed.version}, as many messages through six nodes, in memory`
        : 'the six moves by hand, prepared statements, durable',
      floorPeakMemoryMB: most(done.other),
      memoryRatio: rounded(most(done.osicam) / most(done.other)),
      memoryGoal: peers ? 0.5 : null,
      longestStatementMs: rounded(Math.max(...done.osicam.map((run) => run['statementMs'] as number))),
      longestHoldMs: rounded(Math.max(...done.osicam.map((run) => run['holdMs'] as number))),
      withOneWriterSeconds: rounded(median(done.writing.map((run) => run.seconds))),
      withOneWriterPeakMemoryMB: most(done.writing),
    };
  },
};
