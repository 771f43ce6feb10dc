import { join } from 'node:path';
import { drawLoop } from '../../packages/engine/src/runner/draw-loop.ts';
import { ruleToSql } from '../../packages/engine/src/rule/to-sql.ts';
import type { RuleGroup } from '../../packages/engine/src/rule/index.ts';
import { openSqlite } from '../../packages/engine/src/store/index.ts';
import type { Bench } from './bench.ts';
import { alternate, onCopy } from './bench.ts';
import type { Measure } from './child.ts';
import { inChild } from './child.ts';
import { now, openEngine } from './engine.ts';
import { median, ratioOf, rounded } from './figures.ts';
import { makePeople } from './people.ts';

const atRisk: RuleGroup = {
  combinator: 'and',
  rules: [
    { field: 'Contract', operator: '=', value: 'Month-to-month' },
    { field: 'tenure', operator: '<=', value: 12 },
  ],
};
const valuable: RuleGroup = { combinator: 'and', rules: [{ field: 'MonthlyCharges', operator: '>=', value: 80 }] };

/**
 * The router's three ways lead back to where turns begin, and one turn is all that is allowed: who has been routed rests,
 * so that nothing but the routing is measured.
 */
const loop = drawLoop(
  'route',
  {
    who: [
      'segment/rules',
      {
        cases: [
          { port: 'at risk', when: atRisk },
          { port: 'valuable', when: valuable },
        ],
        otherwise: 'others',
      },
    ],
    signup: ['collect/event', { event: 'signup' }],
    order: ['collect/event', { event: 'order' }],
    complaint: ['collect/event', { event: 'complaint' }],
    low: ['flow/delay'],
    middle: ['flow/delay'],
    high: ['flow/delay'],
  },
  `signup.entered -> low
   order.entered -> middle
   complaint.entered -> high
   low.done -> who
   middle.done -> who
   high.done -> who
   who.at risk -> high
   who.valuable -> middle
   who.others -> low`,
);

/** The database before the move: everybody stands at the router. Beside it the plain table that the floor updates. */
async function prepare(file: string, rows: number): Promise<void> {
  const { db, engine } = await openEngine(file);
  await makePeople(db, rows);
  const version = await engine.publish(loop);
  const router = version.stations.get('who')?.ref as number;
  await db.write(async (tx) => {
    await tx.run(
      `INSERT INTO enrollment (customer, n, version, entered_at, node) SELECT id, 1, ?, ?, ? FROM customer ORDER BY id`,
      [version.id, now, router],
    );
    await tx.run(
      `INSERT INTO position (node, due, customer, n, step, turn, since, phase)
       SELECT ?, ?, id, 1, 2, 1, ?, 0 FROM customer ORDER BY id`,
      [router, now, now],
    );
    await tx.run(
      `CREATE TABLE bare (customer INTEGER PRIMARY KEY, node INTEGER, due INTEGER, n INTEGER, step INTEGER, turn INTEGER,
         since INTEGER, phase INTEGER)`,
    );
    await tx.run('INSERT INTO bare SELECT customer, node, due, n, step, turn, since, phase FROM position');
  });
  await db.close();
}

const seconds = (since: number) => (performance.now() - since) / 1000;

const measures: Record<string, Measure> = {
  async prepare({ file, rows }) {
    const start = performance.now();
    await prepare(file as string, Number(rows));
    return { seconds: seconds(start) };
  },

  async osicam({ file, rows }) {
    const { db, engine, longest } = await openEngine(file as string);
    const start = performance.now();
    while ((await engine.work()) > 0);
    const took = seconds(start);
    const { statementMs, holdMs } = longest;
    const moved = await db.read((tx) => tx.first<{ journal: number }>('SELECT count(*) AS journal FROM journal'));
    const stand = await db.read((tx) =>
      tx.first<{ nodes: number; people: number }>(
        'SELECT count(DISTINCT node) AS nodes, count(*) AS people FROM position WHERE step = 3',
      ),
    );
    if (moved?.journal !== Number(rows) || stand?.people !== Number(rows) || stand.nodes !== 3)
      throw new Error(`expected ${rows} to move to three nodes, got ${JSON.stringify({ ...moved, ...stand })}`);
    await db.close();
    return { seconds: took, statementMs, holdMs };
  },

  /** The same choice by the same rules in one UPDATE; with `constant`, one that looks at no rule and no customer. */
  async floor({ file, constant }) {
    const db = await openSqlite(file as string);
    const cases = [atRisk, valuable].map((rule) => ruleToSql(rule, { now, customer: 'customer' }));
    const [first, second] = cases;
    const node = constant
      ? 'CASE customer % 3 WHEN 0 THEN 1 WHEN 1 THEN 2 ELSE 3 END'
      : `(SELECT CASE WHEN ${first?.sql} THEN 1 WHEN ${second?.sql} THEN 2 ELSE 3 END
          FROM customer WHERE customer.id = bare.customer)`;
    const parameters = constant ? [] : cases.flatMap((rule) => rule.parameters);
    const start = performance.now();
    await db.write((tx) => tx.run(`UPDATE bare SET node = ${node}, step = step + 1`, parameters));
    const took = seconds(start);
    await db.close();
    return { seconds: took };
  },
};

export const bench: Bench = {
  name: 'route',
  describe: 'enrollments through a segment/rules node with three ports, positions and journal durable',
  measures,
  async run({ folder, rows = 1_000_000, runs = 5, say }) {
    const template = join(folder, 'route.sqlite');
    say(`making ${rows} customers who stand at a router`);
    await inChild('route', 'prepare', { file: template, rows: `${rows}` });
    const on = (name: string, given: Record<string, string> = {}) =>
      onCopy(template, (file) => inChild('route', name, { file, rows: `${rows}`, ...given }));
    const { floor, osicam, constant } = await alternate(runs, say, {
      floor: () => on('floor'),
      osicam: () => on('osicam'),
      constant: () => on('floor', { constant: 'yes' }),
    });
    const value = median(osicam.map((run) => run.seconds));
    const least = median(floor.map((run) => run.seconds));
    return {
      name: 'route',
      value: rounded(value),
      unit: 's',
      floor: rounded(least),
      ratio: ratioOf(least, value),
      goal: 0.4,
      runs,
      peakMemoryMB: Math.max(...osicam.map((run) => run.peakMemoryMB)),
      rows,
      longestStatementMs: rounded(Math.max(...osicam.map((run) => run['statementMs'] as number))),
      longestHoldMs: rounded(Math.max(...osicam.map((run) => run['holdMs'] as number))),
      holdGoalMs: 60,
      floorIs: 'one UPDATE that chooses by the same rules',
      updateWithoutRules: rounded(median(constant.map((run) => run.seconds))),
    };
  },
};
