import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as customers from '../customers/index.ts';
import type { RuleGroup } from '../rule/index.ts';
import { ruleToSql } from '../rule/index.ts';
import * as store from '../store/index.ts';
import { onSegment, untilAnswer } from './test-entries.ts';
import { drawLoop, monday, testEngine } from './test-engine.ts';
import { end, start } from './test-nodes.ts';

const day = 86_400_000;
const nodes = [start, onSegment, untilAnswer, end];

/** Whoever comes into the segment enters, whoever goes out of it leaves: who is in the loop is who is in the segment. */
const mirror = (segment: string) => ({
  ...drawLoop(
    `in-${segment}`,
    { in: ['t/segment', { segment }], wait: ['t/answer', { days: 100_000 }], end: ['t/end'] },
    'in.entered -> wait\nwait.yes -> end\nwait.timeout -> end',
  ),
  exits: [{ on: 'segment' as const, segment, when: 'left' as const }],
});

type Rules = RuleGroup['rules'];
const group = (rules: Rules, combinator: 'and' | 'or' = 'and', not = false): RuleGroup => ({ combinator, rules, not });
const within = fc.constantFrom('within', 'notWithin');
const span = fc.constantFrom('P1D', 'P3D', 'P7D');
const ofEvent = fc.oneof(
  fc
    .tuple(fc.constantFrom('time', 'shipped'), within, span)
    .map(([field, operator, value]) => ({ field, operator, value })),
  fc.constant({ field: 'value', operator: '>', value: 2 }),
);
const rule: fc.Arbitrary<Rules[number]> = fc.oneof(
  fc.constantFrom('gold', 'tin').map((value) => ({ field: 'plan', operator: '=', value })),
  fc.tuple(within, span).map(([operator, value]) => ({ field: 'renewal', operator, value })),
  fc.constantFrom('=', '!=').map((operator) => ({ field: '$consent.email.marketing', operator, value: true })),
  fc
    .tuple(
      fc.constantFrom('some', 'none', 'all', 'atLeast', 'atMost', 'exactly'),
      fc.array(ofEvent, { maxLength: 2 }),
      fc.constantFrom('order', 'visit'),
    )
    .map(
      ([mode, rules, field]) =>
        ({ field, operator: '=', match: { mode, threshold: 2 }, value: group(rules) }) as Rules[number],
    ),
);
/** A window over the time of events alone, so that nothing else hides what it does. */
const lately: fc.Arbitrary<Rules[number]> = fc.tuple(fc.constantFrom('some', 'atMost'), within, span).map(
  ([mode, operator, value]) =>
    ({
      field: 'order',
      operator: '=',
      match: { mode, threshold: 0 },
      value: group([{ field: 'time', operator, value }]),
    }) as Rules[number],
);
const anyRule = fc
  .tuple(
    fc.oneof(fc.array(rule, { minLength: 1, maxLength: 3 }), fc.tuple(lately)),
    fc.constantFrom('and' as const, 'or' as const),
    fc.boolean(),
  )
  .map(([rules, combinator, not]) => group(rules, combinator, not));
const someRule = fc.oneof(
  anyRule,
  anyRule.map((of) =>
    group([...of.rules, { field: '$segment.part', operator: '=', value: true }], of.combinator, of.not),
  ),
);

const who = fc.constantFrom('ada', 'bob', 'eve', 'joe');
const offset = fc.integer({ min: -8, max: 4 }).map((days) => days * day);
const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('event' as const),
      who,
      type: fc.constantFrom('order', 'visit'),
      offset,
      shipped: offset,
      value: fc.nat(4),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('trait' as const),
      who,
      plan: fc.constantFrom('gold', 'tin', null),
      renewal: fc.option(offset),
      text: fc.boolean(),
      bulk: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('consent' as const), who, granted: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('merge' as const), who, other: who }) },
  {
    weight: 6,
    // Whole days meet the edges of windows, and a millisecond more passes them.
    arbitrary: fc.record({ do: fc.constant('time' as const), days: fc.oneof(fc.nat(3), fc.nat(30)), more: fc.nat(1) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('rule' as const), id: fc.constantFrom('whole', 'part'), rule: anyRule }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
type Tested = Awaited<ReturnType<typeof testEngine>>;

const keyOf = (name: string) => [{ kind: 'key', value: name }];

async function take({ db, engine, clock }: Tested, now: number, taken: Step): Promise<void> {
  switch (taken.do) {
    case 'event': {
      const { type, offset: time, shipped, value } = taken;
      const event = {
        type,
        category: 'order' as const,
        time: now + time,
        properties: { shipped: now + shipped, value },
      };
      await engine.record([{ identities: keyOf(taken.who), event }]);
      return;
    }
    case 'trait': {
      const at = taken.renewal === null ? null : now + taken.renewal;
      const renewal = at !== null && taken.text ? new Date(at).toISOString() : at;
      const record = { identities: keyOf(taken.who), traits: { plan: taken.plan, renewal } };
      if (!taken.bulk) return engine.ingest([record], 'test');
      await db.write(async (tx) => {
        const imported = await customers.importRecords(tx, [record], { now, source: 'bulk' });
        await store.askMembershipsAgain(
          tx,
          imported.customers.flatMap((customer) => customer ?? []),
          now,
        );
      });
      return;
    }
    case 'consent': {
      const consents = [{ channel: 'email', purpose: 'marketing', granted: taken.granted, source: 'test' }];
      return engine.ingest([{ identities: keyOf(taken.who), traits: {}, consents }], 'test');
    }
    case 'merge':
      return engine.ingest([{ identities: keyOf(taken.who), traits: {}, sameAs: keyOf(taken.other) }], 'test');
    case 'time':
      return clock.advanceTo(now + taken.days * day + taken.more);
    case 'rule':
      return engine.saveSegment({ id: taken.id, name: taken.id, rule: taken.rule });
  }
}

test('the kept membership is at every instant what the rule says, and who is in the loop is who is in it', async () => {
  const run = async (rules: { whole: RuleGroup; part: RuleGroup }, steps: readonly Step[]) => {
    const tested = await testEngine(nodes);
    const { db, engine, clock } = tested;
    for (const id of ['part', 'whole'] as const) await engine.saveSegment({ id, name: id, rule: rules[id] });
    await engine.publish(mirror('whole'));
    for (const taken of steps) {
      await take(tested, clock.now(), taken);
      while ((await engine.work()) > 0);
      const seen = await db.read(async (tx) => {
        const segments = await store.loadSegments(tx);
        const { sql, parameters } = ruleToSql(segments.get('whole') as RuleGroup, {
          now: clock.now(),
          segments,
          customer: 'c',
          dialect: tx.dialect.name,
        });
        const ids = async (text: string, of: readonly store.SqlValue[] = []) =>
          (await tx.all<{ id: number }>(text, of)).map(({ id }) => id);
        return {
          said: await ids(
            `SELECT c.id FROM customer c WHERE c.merged_into IS NULL AND ${sql} ORDER BY c.id`,
            parameters,
          ),
          kept: await ids('SELECT customer AS id FROM membership ORDER BY customer'),
          inLoop: await ids('SELECT customer AS id FROM enrollment WHERE ended_at IS NULL ORDER BY customer'),
        };
      });
      expect(seen.kept).toEqual(seen.said);
      expect(seen.inLoop).toEqual(seen.said);
    }
    await db.close();
  };
  const { db } = await testEngine(nodes);
  const numRuns = db.shared ? 5 : 100;
  await fc.assert(
    fc.asyncProperty(
      fc.record({ whole: someRule, part: anyRule }),
      fc.array(step, { minLength: 5, maxLength: 20 }),
      run,
    ),
    { numRuns },
  );
});

test('a timer for the next edge of a window is all that waits: nothing is asked while nothing changes', async () => {
  const { db, engine, clock, people } = await testEngine(nodes);
  await engine.saveSegment({
    id: 'renewing',
    name: 'Renewing',
    rule: group([{ field: 'renewal', operator: 'within', value: 'P7D' }]),
  });
  await people([{ renewal: monday + 10 * day }, { renewal: monday - 3 * day }, { renewal: 'never' }]);
  await engine.publish(mirror('renewing'));
  const timers = () => db.read((tx) => tx.all('SELECT due, customer FROM segment_timer ORDER BY due'));
  expect(await timers()).toEqual([
    { due: monday + 4 * day + 1, customer: 2 },
    { due: monday + 10 * day, customer: 1 },
  ]);
  expect(await engine.nextDue()).toBe(monday + 4 * day + 1);
  clock.advanceTo(monday + 10 * day);
  while ((await engine.work()) > 0);
  expect(await timers()).toEqual([{ due: monday + 17 * day + 1, customer: 1 }]);
});

test('a watch that ends costs nothing any more', async () => {
  const { db, engine, people } = await testEngine(nodes);
  await engine.saveSegment({ id: 'all', name: 'All', rule: group([]) });
  await people([{}, {}]);
  await engine.publish(mirror('all'));
  const kept = () => db.read((tx) => tx.all('SELECT customer FROM membership'));
  expect(await kept()).toHaveLength(2);
  await db.write((tx) =>
    tx.run(
      "INSERT INTO loop (id, name, draft, revision, created_at, updated_at, state) VALUES ('in-all', 'All', '{}', 1, 0, 0, 'archived') ON CONFLICT (id) DO UPDATE SET state = 'archived'",
    ),
  );
  await engine.start();
  expect(await kept()).toEqual([]);
});

test('a segment that a loop or another segment uses is not deleted', async () => {
  const { engine } = await testEngine(nodes);
  await engine.saveSegment({ id: 'all', name: 'All', rule: group([]) });
  await engine.saveSegment({
    id: 'outer',
    name: 'Outer',
    rule: group([{ field: '$segment.all', operator: '=', value: true }]),
  });
  await engine.publish(mirror('outer'));
  await expect(engine.removeSegment('outer')).rejects.toThrow('the segment outer is used by the loop in-outer');
  await expect(engine.removeSegment('all')).rejects.toThrow('the segment all is used by the segment outer');
  expect(await engine.removeSegment('none')).toBe(false);
});

test('a segment whose rule is not sound, or leads to itself, is not saved', async () => {
  const { engine } = await testEngine(nodes);
  const names = (id: string) => group([{ field: `$segment.${id}`, operator: '=', value: true }]);
  const save = (id: string, rule: unknown) => engine.saveSegment({ id, name: id, rule });
  await expect(save('a', { combinator: 'and' })).rejects.toThrow('segment a: rule.rules: expected an array');
  await expect(save('a', names('b'))).rejects.toThrow('there is no segment "b"');
  await save('a', group([]));
  await save('b', names('a'));
  await expect(save('a', names('b'))).rejects.toThrow('a segment leads to itself');
});

test('a fill that a crash has interrupted goes on where it stopped, and nothing happens to those who were in the segment before', async () => {
  const { db, engine, clock, people } = await testEngine(nodes);
  await engine.saveSegment({
    id: 'gold',
    name: 'Gold',
    rule: group([{ field: 'plan', operator: '=', value: 'gold' }]),
  });
  await people(Array.from({ length: 11_000 }, () => ({ plan: 'gold' })));
  await engine.publish(mirror('gold'));
  // As it is after the first chunk.
  await db.write(async (tx) => {
    await tx.run('DELETE FROM membership WHERE customer > 10000');
    await tx.run('UPDATE segment SET filled_to = 10000, quiet = 1');
  });
  await engine.start();
  clock.advanceTo(monday + day);
  const change = (customer: number, plan: string) =>
    engine.ingest([{ identities: [{ kind: 'key', value: `c${customer}` }], traits: { plan } }], 'test');
  await change(10_500, 'gold');
  await change(11_001, 'gold');
  await change(10_600, 'tin');
  while ((await engine.work()) > 0);
  await change(10_600, 'gold');
  const entered = await db.read((tx) => tx.all('SELECT customer FROM enrollment ORDER BY customer'));
  // It alone has come into the segment, and one who was nowhere before.
  expect(entered).toEqual([{ customer: 10_600 }, { customer: 11_001 }]);
  expect(await db.read((tx) => tx.all('SELECT filled_to, quiet FROM segment'))).toEqual([
    { filled_to: null, quiet: 0 },
  ]);
  expect(await db.read((tx) => tx.all('SELECT count(*) AS count FROM membership'))).toEqual([{ count: 11_001 }]);
});
