import fc from 'fast-check';
import { expect, test } from 'vitest';
import { testsOn } from '../store/test-database.ts';
import { report, router, wait, z } from '../plugin/index.ts';
import { showEnrollments } from '../customers/show-enrollments.ts';
import type { Loop } from '../loop/index.ts';
import { reachableFrom } from '../loop/graph.ts';
import type { RunLimits } from './fused-run.ts';
import { runToRest } from './run-to-rest.ts';
import { drawLoop, testEngine } from './test-engine.ts';
import { byAge, described, none, start } from './test-nodes.ts';

const share = router({
  type: 't/share',
  stage: 'segment',
  ...described('Share'),
  settings: z.object({ key: z.string(), first: z.number() }),
  ports: [{ id: 'a' }, { id: 'b' }, { id: 'c' }],
  route: ({ key, first }) => ({
    by: 'shares',
    key,
    shares: [
      { port: 'a', weight: first },
      { port: 'b', weight: 0.2 },
      { port: 'c', weight: 0.3 },
    ],
  }),
});
const pause = wait({
  type: 't/pause',
  stage: 'flow',
  ...described('Pause'),
  settings: none,
  ports: [{ id: 'done' }],
  wait: ({ now }) => ({ until: { at: now + 86_400_000, port: 'done' } }),
});

/** Counts who came by what, and teaches the share that it names. */
const figures = report({
  type: 't/figures',
  stage: 'measure',
  ...described('Figures'),
  settings: z.object({ teaches: z.string(), of: z.string() }),
  report: async ({ turn, population, settings }) => {
    const outcomes = await population.outcomes({ node: settings.of, turn, goal: { event: 'x', within: 0 } });
    return {
      figures: { nodes: await population.nodes(turn), outcomes } as never,
      proposals: [{ node: settings.teaches, path: ['first'], value: 5, why: 'to see whether it is taken' }],
      take: true,
    };
  },
});

interface Drawn {
  nodes: { kind: 'age' | 'share' | 'report' | 'pause'; from: number; to: number[] }[];
  ages: number[];
}

/** A loop in which every node leads to later ones, and from a wait at its end back to the first. */
const drawn: fc.Arbitrary<Drawn> = fc.record({
  nodes: fc.array(
    fc.record({
      kind: fc.constantFrom('age', 'age', 'share', 'share', 'report', 'pause'),
      from: fc.integer({ min: 0, max: 90 }),
      to: fc.array(fc.nat(3), { minLength: 3, maxLength: 3 }),
    }),
    { minLength: 3, maxLength: 12 },
  ) as fc.Arbitrary<Drawn['nodes']>,
  ages: fc.array(fc.integer({ min: 0, max: 90 }), { minLength: 1, maxLength: 30 }),
});

const portsOf = { age: ['old', 'young'], share: ['a', 'b', 'c'], report: ['done'], pause: ['done'] } as const;

function draw({ nodes }: Drawn): Loop {
  const shares = nodes.flatMap(({ kind }, i) => (kind === 'share' ? [`n${i}`] : []));
  const named = nodes.map(({ kind, from }, i): [string, [string, Record<string, unknown>]] => {
    const settings = {
      age: { from },
      share: { key: `k${i}`, first: 0.1 },
      report: { teaches: shares[i % Math.max(1, shares.length)] ?? 'n0', of: 'n0' },
      pause: {},
    }[kind];
    return [`n${i}`, [{ age: 't/age', share: 't/share', report: 't/figures', pause: 't/pause' }[kind], settings]];
  });
  const arrows = nodes.flatMap(({ kind, to }, i) =>
    portsOf[kind].map((port, p) => {
      const target = i + 1 + (to[p] as number);
      return `n${i}.${port} -> ${target < nodes.length ? `n${target}` : 'round'}`;
    }),
  );
  const loop = drawLoop(
    'drawn',
    { in: ['t/in'], ...Object.fromEntries(named), round: ['t/pause'] },
    ['in.entered -> n0', ...arrows, 'round.done -> n0'].join('\n'),
  );
  const reached = reachableFrom(loop, ['in']);
  return {
    ...loop,
    nodes: loop.nodes.filter(({ id }) => reached.has(id)),
    edges: loop.edges.filter(({ source }) => reached.has(source)),
  };
}

/** All that can be seen of a run: counts, histories, figures, where everybody stands. */
async function walk(loop: Loop, ages: readonly number[], run: RunLimits) {
  const made = await testEngine([start, byAge, share, pause, figures], { limits: { turns: 3, run } });
  const { db, engine, clock, people, counts } = made;
  const version = await engine.publish(loop);
  const ids = await people(ages.map((age) => ({ age })));
  await engine.enter(version, ids);
  await runToRest(engine, clock, { tick: 3_600_000 });
  const seen = {
    counts: await counts('drawn'),
    histories: await db.read((tx) => showEnrollments(tx, ids, 1_000)),
    reports: await db.read((tx) => tx.all('SELECT node, turn, due, figures FROM report ORDER BY node, turn')),
    positions: await db.read((tx) =>
      tx.all('SELECT node, due, customer, n, step, turn, since, phase FROM position ORDER BY customer'),
    ),
    versions: await db.read((tx) => tx.all('SELECT turns FROM loop_version')),
  };
  const rows = await db.read((tx) => tx.first<{ rows: number }>('SELECT count(*) AS rows FROM journal'));
  await db.close();
  return { seen, rows: rows?.rows ?? 0 };
}

test('counts, histories, figures and what reports teach are the same whether runs of nodes are passed at once or not', {
  timeout: 120_000,
}, async () => {
  let [spared, figures] = [0, 0];
  await fc.assert(
    fc.asyncProperty(drawn, async (given) => {
      const loop = draw(given);
      const alone = await walk(loop, given.ages, { nodes: 1, ways: 1 });
      const fused = await walk(loop, given.ages, { nodes: 8, ways: 64 });
      const few = await walk(loop, given.ages, { nodes: 5, ways: 6 });
      expect(fused.seen).toEqual(alone.seen);
      expect(few.seen).toEqual(alone.seen);
      expect(fused.rows).toBeLessThanOrEqual(alone.rows);
      spared += alone.rows - fused.rows;
      figures += alone.seen.reports.length;
    }),
    // On a server each of the many small steps is a round trip.
    { numRuns: testsOn === 'postgres' ? 6 : 40 },
  );
  expect([spared > 0, figures > 0]).toEqual([true, true]);
});
