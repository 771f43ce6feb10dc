import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RunningVersion } from '../station.ts';
import { locate } from '../../store/index.ts';
import { testsOn } from '../../store/test-database.ts';
import { LifeError } from './life-error.ts';
import { drawLoop } from '../test-engine.ts';
import { day, lifeEngine } from './test-life.ts';

type Life = Awaited<ReturnType<typeof lifeEngine>> & { published: RunningVersion[] };

const people = 6;
const mapping = { hear: 'hear', write: 'write', wait: 'rest', rest: 'wait' } as const;

/** One loop in versions that differ in how long they wait, and in what the last wait is called. */
const drawing = (days: number, last: 'wait' | 'rest') =>
  drawLoop(
    'any',
    {
      in: ['t/in'],
      stamp: ['t/stamp'],
      hear: ['t/reply', { days }],
      write: ['t/mail'],
      [last]: ['t/delay', { days: 2 }],
      end: ['t/end'],
    },
    `
    in.entered -> stamp
    stamp.done -> hear
    stamp.left -> end
    hear.yes -> write
    hear.timeout -> write
    write.sent -> ${last}
    write.failed -> end
    write.suppressed -> ${last}
    ${last}.done -> end`,
  );

const selection = fc.oneof(
  fc.constant({ all: true as const }),
  fc.record({ customers: fc.uniqueArray(fc.integer({ min: 1, max: people }), { minLength: 1, maxLength: 3 }) }),
  fc.record({ node: fc.constantFrom('stamp', 'hear', 'write') }),
);
const choice = fc.constantFrom(
  { overdue: 'continue' as const },
  { overdue: 'skip' as const },
  { overdue: 'exit' as const },
  { overdue: 'spread' as const, over: 'P1D' },
);

/** Something that people, customers or time do. What the state of the loop does not allow is refused, and changes nothing. */
const action = fc.oneof(
  fc.integer({ min: 1, max: people }).map((id) => async ({ engine }: Life) => {
    const version = engine.newest('any');
    if (version) await engine.enter(version, [id]);
  }),
  fc.integer({ min: 1, max: 3 }).map((passes) => async ({ engine }: Life) => {
    for (let i = 0; i < passes; i++) await engine.work();
  }),
  fc.constant(async ({ engine }: Life) => void (await engine.deliver())),
  fc.integer({ min: 1, max: 48 }).map((hours) => async ({ clock }: Life) => {
    clock.advanceTo(clock.now() + (hours * day) / 12);
  }),
  fc.integer({ min: 1, max: people }).map((id) => async ({ engine }: Life) => {
    const identities = [{ kind: 'key', value: `c${id}` }];
    await engine.record([{ identities, event: { type: 'answer', category: 'contact', time: 0, properties: {} } }]);
  }),
  fc.constantFrom('pause', 'archive', 'restore').map(
    (what) =>
      ({ engine }: Life) =>
        engine.life[what as 'pause']('any', 'ada'),
  ),
  choice.map(
    (how) =>
      async ({ engine }: Life) =>
        void (await engine.life.resume('any', how, 'ada')),
  ),
  fc
    .tuple(fc.integer({ min: 1, max: 3 }), fc.constantFrom('wait', 'rest'))
    .map(([days, last]) => async ({ engine, published }: Life) => {
      published.push(await engine.publish(drawing(days, last as 'wait' | 'rest')));
    }),
  fc.boolean().map((ends) => async ({ engine }: Life) => {
    const dry = await engine.life.migrate('any', { map: {}, dryRun: true }, 'ada');
    const map = Object.fromEntries(
      dry.missing.map(({ node }) => [node, ends ? null : mapping[node as keyof typeof mapping]] as const),
    );
    await engine.life.migrate('any', { map, dryRun: false }, 'ada');
  }),
  selection.map(
    (who) =>
      async ({ engine }: Life) =>
        void (await engine.life.cancel('any', who, { dryRun: false }, 'ada')),
  ),
  selection.map(
    (who) =>
      async ({ engine }: Life) =>
        void (await engine.life.replay('any', who, { dryRun: false }, 'ada')),
  ),
  selection.map(
    (who) =>
      async ({ engine }: Life) =>
        void (await engine.life.retry('any', who, { dryRun: false }, 'ada')),
  ),
  fc.tuple(selection, fc.constantFrom('done', 'left', undefined)).map(([who, port]) => async ({ engine }: Life) => {
    await engine.life.release('any', who, { port, exit: port === undefined, dryRun: false }, 'ada');
  }),
  fc.boolean().map((poison) => async ({ mailbox }: Life) => {
    mailbox.poison = poison;
  }),
  fc.constantFrom('sent', 'failed', 'retry').map((status) => async ({ mailbox }: Life) => {
    mailbox.receive = async () => ({ status: status as 'sent' });
  }),
);

/** Everybody in the loop stands in one place, is found there, waits for what that place waits for, and is counted. */
async function holds({ db, published, countsAddUp }: Life): Promise<void> {
  const { live, standing, wrong, lost } = await db.read(async (tx) => ({
    live: await tx.all<{ customer: number; n: number }>(
      'SELECT customer, n FROM enrollment WHERE ended_at IS NULL ORDER BY customer, n',
    ),
    standing: await tx.all<{ customer: number; n: number; version: number; of: number }>(
      `SELECT s.customer, s.n, x.version, e.version AS of FROM (
         SELECT customer, n, node FROM position UNION ALL SELECT customer, n, node FROM parked) s
       JOIN loop_node x ON x.ref = s.node JOIN enrollment e ON e.customer = s.customer AND e.n = s.n
       ORDER BY s.customer, s.n`,
    ),
    // A subscription that finds nobody would let an event pass unheard.
    wrong: await tx.all(
      `SELECT s.* FROM subscription s LEFT JOIN position p
         ON p.node = s.node AND p.due = s.due AND p.customer = s.customer AND p.n = s.n AND p.phase = 1
       WHERE p.node IS NULL`,
    ),
    // Who awaits a receipt has a message that will have one, and the other way round.
    lost: await tx.all(
      `SELECT p.customer, m.status FROM (SELECT * FROM position WHERE phase = 2) p
       FULL JOIN (SELECT * FROM message WHERE status IN ('queued', 'sending')) m
         ON m.customer = p.customer AND m.n = p.n AND m.step = p.step AND m.node = p.node
       WHERE p.node IS NULL OR m.node IS NULL`,
    ),
  }));
  expect(standing.map(({ customer, n }) => ({ customer, n }))).toEqual(live);
  expect(standing.filter(({ version, of }) => version !== of)).toEqual([]);
  expect(wrong).toEqual([]);
  expect(lost).toEqual([]);
  const stations = published.flatMap((version) => [...version.stations.values()]);
  const found = await db.write((tx) =>
    locate(tx, {
      customers: Array.from({ length: people }, (_, i) => i + 1),
      targetOf: (node, port) => stations.find(({ ref }) => ref === node)?.targets[port]?.ref,
    }),
  );
  expect(found.map(({ customer, n }) => ({ customer, n }))).toEqual(live);
  expect(await countsAddUp()).toBe(true);
}

test('whatever is done to a loop in whatever order, everybody in it stands in one place, is found there, and is counted', async () => {
  let done = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 5, maxLength: 40 }), async (actions) => {
      const life: Life = { ...(await lifeEngine()), published: [] };
      await life.people(Array.from({ length: people }, (_, i) => ({ name: i % 3 === 0 ? 'poison' : 'good' })));
      life.published.push(await life.engine.publish(drawing(2, 'wait')));
      await life.engine.enter(life.published[0] as RunningVersion, [1, 2, 3, 4]);
      for (const act of actions) {
        try {
          await act(life);
          done++;
        } catch (error) {
          if (!(error instanceof LifeError)) throw error;
        }
        await holds(life);
      }
      await life.db.close();
    }),
    { numRuns: testsOn === 'postgres' ? 5 : 60 },
  );
  expect(done).toBeGreaterThan(10);
});
