import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '@osicam/engine/plugin';
import { story, type Truth } from '@osicam/example-telecom-retention';
import plugin from '@osicam/plugins';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseLoop } from '../../packages/engine/src/loop/index.ts';
import { validateLoop } from '../../packages/engine/src/machine/check-loop.ts';
import { Registry } from '../../packages/engine/src/plugin/index.ts';
import { runToRest } from '../../packages/engine/src/runner/run-to-rest.ts';
import { settingsIn } from '../../packages/engine/src/runner/station.ts';
import { testEngine } from '../../packages/engine/src/runner/test-engine.ts';
import { createTransports } from '../../packages/engine/src/runner/transports.ts';

const hour = 3_600_000;
const now = Date.UTC(2026, 0, 5);
const silent = { info: () => {}, warn: () => {} };
const customers = 2_000;

/** The whole story on a virtual clock: what `osicam demo --once` does, without its printing. */
async function tell(folder: string) {
  const base = await story.prepare({ folder, customers, seed: 1, now });
  const world = base.world();
  const registry = new Registry([plugin]);
  const transports = createTransports({ registry, log: silent, folder, deliver: {}, override: world.transports });
  const { db, engine, clock, counts } = await testEngine(plugin.nodes, {
    transports,
    limits: { turns: 2, reportAfter: hour },
    start: now,
  });
  const version = await engine.publish(parseLoop(base.loop));
  const { signal } = new AbortController();
  for (const id of version.compiled.entries) await engine.readSource(version, id, { folder, signal });
  for (const events of base.history()) await engine.record(events);
  await runToRest(engine, clock, { tick: hour, world });

  const reports = await db.read((tx) =>
    tx.all<{ node: number; turn: number; at: number; figures: string }>('SELECT node, turn, at, figures FROM report'),
  );
  const report = (node: string, turn: number) => {
    const { ref } = engine.newest('telecom-retention')!.stations.get(node)!;
    return JSON.parse(reports.find((each) => each.node === ref && each.turn === turn)!.figures) as Uplift;
  };
  const living = await db.read((tx) =>
    tx.first<{ count: number }>('SELECT count(*) AS count FROM customer WHERE merged_into IS NULL'),
  );
  return {
    base,
    world,
    db,
    engine,
    counts: await counts('telecom-retention'),
    report,
    truth: JSON.parse(await readFile(join(folder, 'truth.json'), 'utf8')) as Truth,
    living: living!.count,
  };
}

interface Interval {
  difference: number;
  low: number;
  high: number;
}
interface Arm extends JsonObject {
  port: string;
  customers: number;
  cost: number;
}
interface Uplift {
  holdout: { customers: number; open: number; rate: number };
  treated: { customers: number; cost: number; uplift: Interval; return: number };
  arms: (Arm & { uplift: Interval & JsonObject })[];
  learning: string;
}
interface TurnTruth {
  exposed: number;
  unplanned: number;
  contacts: Record<string, number>;
  control: number;
  treated: { uplift: number };
  arms: { port: string; uplift: number }[];
}

describe('the telecom story over two turns', () => {
  let folder: string;
  let told: Awaited<ReturnType<typeof tell>>;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'osicam-telecom-'));
    told = await tell(folder);
  });
  afterAll(async () => {
    await told.db.close();
    await rm(folder, { recursive: true });
  });
  const truthOf = (turn: number) => told.world.truth(turn) as unknown as TurnTruth;

  test('the loop lints clean: every port connected, no stage left out', () => {
    expect(validateLoop(told.base.loop, new Registry([plugin]))).toEqual([]);
  });

  test('the sum over a node’s ports, waiting and parked is its entered, and nobody is parked', () => {
    for (const [node, { entered, ports, waiting, parked }] of Object.entries(told.counts)) {
      const left = Object.values(ports).reduce((sum, count) => sum + count, 0);
      expect([node, left + waiting + parked, parked]).toEqual([node, entered, 0]);
    }
  });

  test('deduplication over three files leaves as many customers as there are', () => {
    const { identity, response } = told.truth;
    expect(told.counts.normalize?.entered).toBe(identity.rows);
    expect(told.living).toBe(identity.components);
    // Two who had nothing in common are one when a third row knows the keys of both: one of them has passed by then.
    expect(told.counts.overnight?.ports.done).toBe(identity.components);
    expect(truthOf(1).exposed).toBe(response.atRisk.persons);
  });

  test('billing hears of everybody at risk, held out or not, and each contact is the one that the rules say', () => {
    for (const turn of [1, 2]) expect(truthOf(turn).unplanned).toBe(0);
    const exposed = truthOf(1).exposed + truthOf(2).exposed;
    expect(told.counts['billing-told']?.ports).toEqual({ sent: exposed });
    const { contacts } = truthOf(1);
    const suppressed = ['mail-offer', 'mail-service', 'calls'].map((id) => told.counts[id]?.ports.suppressed ?? 0);
    expect(Math.min(...suppressed)).toBeGreaterThan(0);
    expect(Object.values(contacts).reduce((sum, count) => sum + count, 0)).toBe(truthOf(1).exposed);
  });

  test.each([1, 2])('turn %i: every window is closed, and the printed intervals cover the truth', (turn) => {
    const figures = told.report('uplift', turn);
    const truth = truthOf(turn);
    expect(figures.holdout.open).toBe(0);
    expect(figures.holdout.customers + figures.treated.customers).toBe(truth.exposed);
    const covered = ({ low, high }: Interval, uplift: number) => low < uplift && uplift < high;
    expect([figures.treated.uplift, truth.treated.uplift]).toSatisfy(([printed, uplift]) => covered(printed, uplift));
    for (const { port, uplift } of truth.arms) {
      const arm = figures.arms.find((each) => each.port === port)!;
      expect([port, arm.uplift, uplift]).toSatisfy(([, printed, known]) => covered(printed, known));
    }
  });

  test('what the contacts cost is what was sent', () => {
    const { contacts } = truthOf(1);
    const mails = contacts['email:offer']! + contacts['email:service']!;
    expect(told.report('uplift', 1).treated.cost).toBe(5 * mails + 650 * contacts.call!);
  });

  test('the second turn runs with the weights that the first has learnt, for those who are still undecided', () => {
    const { engine, report } = told;
    const experiment = engine.newest('telecom-retention')!.stations.get('experiment')!;
    const weights = (turn: number) =>
      (settingsIn(experiment, turn) as { arms: { port: string; weight: number }[] }).arms.map(({ weight }) => weight);
    expect(report('uplift', 1).learning).toBe('proposed');
    expect(weights(1)).toEqual([0.5, 0.5]);
    expect(weights(2)).not.toEqual([0.5, 0.5]);
    const [offer, service] = ['offer', 'service'].map((port) => {
      const arms = report('uplift', 2).arms;
      return arms.find((arm) => arm.port === port)?.customers ?? 0;
    });
    const share = offer! / (offer! + service!);
    expect(Math.abs(share - weights(2)[0]!)).toBeLessThan(0.12);
    const { who } = told.counts;
    expect(who!.ports['left us']).toBeGreaterThan(0);
    expect(who!.ports.renewed).toBeGreaterThan(0);
    expect(truthOf(2).exposed).toBeLessThan(truthOf(1).exposed / 3);
  });

  test('outcome and score are written back to each customer who was in the experiment', async () => {
    const rows = await told.db.read((tx) =>
      tx.all<{ outcome: string; count: number; score: number }>(
        `SELECT traits ->> '$.retention_outcome' AS outcome, count(*) AS count, max(traits ->> '$.retention_score') AS score
         FROM customer WHERE merged_into IS NULL AND traits ->> '$.retention_outcome' IS NOT NULL GROUP BY outcome`,
      ),
    );
    expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(truthOf(1).exposed);
    const scores = Object.fromEntries(rows.map(({ outcome, score }) => [outcome, score]));
    expect(scores).toMatchObject({ renewed: 90, silent: 40, cancelled: 0 });
  });
});
