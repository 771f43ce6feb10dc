import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../store/database.ts';
import { openTestDatabase, testsOn } from '../store/test-database.ts';
import { checkRule } from './check-rule.ts';
import { parseInstant } from './instant.ts';
import { measureFunctions, operators } from './operators.ts';
import type { Rule, RuleGroup } from './rule.ts';
import { ruleToPredicate } from './to-predicate.ts';
import type { RuleChange, RuleConsent, RuleEvent, RuleMembership, RuleSubject } from './subject.ts';
import { ruleToCustomersSql } from './to-customers-sql.ts';
import { bindRule, ruleToSql } from './to-sql.ts';

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

const onPostgres = testsOn === 'postgres';
/** PostgreSQL stores the replacement character for a NUL. */
const stored = (text: string) => (onPostgres ? text.replaceAll('\0', '\ufffd') : text);
/** On PostgreSQL each rule is a statement of its own that is planned once, which takes ten times as long as on SQLite. */
const runs = (count: number) => ({ numRuns: onPostgres ? count / 10 : count, seed: Number(process.env.FC_SEED ?? 1) });

const day = 86_400_000;
const t0 = Date.UTC(2026, 2, 1, 9);

// Few names and values, so that a rule often meets what it speaks of; odd ones, so that it meets trouble.
const names = ['a', 'b', 'c.d', 'o"br\\ien', "';--", '名前', 'time', 'constructor', '$x', 'a[0]', ''];
const fieldName = fc.constantFrom(...names.filter((name) => name !== ''));
const texts = [
  '', 'a', 'A', 'ab', 'AB', 'b', 'Bab', '%', '_', '%a', '\\', "'", '"', "' OR 1=1 --", 'é', 'É', 'straße', '😀', 'a😀b', '\uffee', '\u0000', 'a\u0000B',
  '12', '-3', ' 7 ', '1e2', '0', '1', 'true', 'false', 'null', '[1]', '["a"]', '{"a":1}', 'a,b', 'now', '2460000.5', '12:00',
  '2026-02-27', '2026-02-30', '2026-03-01\u0000x',  '2026-03-01T08:59:59.999Z', '2026-03-01T09:00:00.0005Z', '2026-03-01T10:00:00+01:00', '2026-03-01T08:00',
  '2026-03-01T24:00Z', '2026-03-01 08:00', '2026-03-01T08:30:00z', '2026-02-28T23:59:59.99999-05:30', 'T10:00',
].map(stored); // biome-ignore format: a table
const text = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...texts) },
  fc.string({ unit: 'grapheme', maxLength: 4 }).map(stored),
);
const exact = (value: number) => Math.abs(value) <= 2 ** 53 || Math.abs(value) >= 2 ** 63 || !Number.isInteger(value);
const number = fc.oneof(
  fc.constantFrom(
    0,
    -0,
    1,
    -1,
    2,
    7,
    12,
    -3,
    100,
    0.1,
    1.5,
    1e20,
    -1e20,
    1e300,
    5e-324,
    2 ** 53 - 1,
    t0,
    t0 - day,
    t0 + 1,
    t0 - 0.5,
  ),
  fc.integer({ min: -5, max: 15 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }).filter(exact),
);
const boolean = fc.boolean();
const traitValue = fc.oneof(
  text,
  number,
  boolean,
  fc.constant(null),
  fc.constantFrom([], {}, [1], ['a'], { a: 1 }, [true], [null, 'b']),
);
const document = fc.dictionary(fc.constantFrom(...names), traitValue, { maxKeys: 6, noNullPrototype: true });
const duration = fc.constantFrom('P1D', 'PT1H', 'PT0S', 'P0.5D', 'P2W', 'PT0.001S', 'P90D');

const literal = fc.oneof(text, number, boolean);
const literals = fc.oneof(
  fc.array(literal, { maxLength: 4 }),
  fc.array(literal, { minLength: 51, maxLength: 60 }),
  text,
);
const channel = fc.constantFrom('email', 'sms');
const purpose = fc.constantFrom('marketing', 'news.daily');

/** A rule on a field, often unfit; those that checkRule refuses are left out below. */
const fieldRule: fc.Arbitrary<Rule> = fc
  .record({ field: fieldName, operator: fc.constantFrom(...operators), from: fc.integer({ min: 0, max: 3 }) })
  .chain(({ field, operator, from }): fc.Arbitrary<Rule> => {
    const others: fc.Arbitrary<string | string[]> =
      operator === 'in' || operator.endsWith('etween')
        ? fc.array(fieldName, { minLength: 2, maxLength: 2 })
        : fieldName;
    if (operator === 'within' || operator === 'notWithin') return duration.map((value) => ({ field, operator, value }));
    if (from === 0) return others.map((value) => ({ field, operator, value, valueSource: 'field' as const }));
    if (operator.endsWith('etween')) return fc.tuple(literal, literal).map((value) => ({ field, operator, value }));
    return (operator === 'in' || operator === 'notIn' ? literals : literal).map((value) => ({
      field,
      operator,
      value,
    }));
  });

const groupOf = (leaf: fc.Arbitrary<Rule | RuleGroup>, maxLength = 3): fc.Arbitrary<RuleGroup> =>
  fc.record({
    combinator: fc.constantFrom('and' as const, 'or' as const),
    not: fc.boolean(),
    rules: fc.array(leaf, { maxLength }),
  });

const timeRule = fc.oneof(
  duration.map((value) => ({ field: 'time', operator: 'within', value })),
  fc
    .tuple(
      fc.constantFrom('<', '<=', '>', '>=', '=', '!='),
      fc.constantFrom(t0, t0 - day, '2026-02-28', String(t0), '2026-03-01T09:00Z'),
    )
    .map(([operator, value]) => ({ field: 'time', operator, value })),
  fc.constant({ field: 'time', operator: 'between', value: '2026-02-01,2026-03-01' }),
);
const eventLeaf = fc.oneof(fieldRule, timeRule);
const eventGroup = groupOf(fc.oneof({ weight: 4, arbitrary: eventLeaf }, groupOf(eventLeaf, 2)));
const eventType = fc.constantFrom('order', "pay'ment");
const match = fc.oneof(
  fc.record({ mode: fc.constantFrom('all' as const, 'some' as const, 'none' as const) }),
  fc.record({ mode: fc.constantFrom('atLeast' as const, 'atMost' as const, 'exactly' as const), threshold: fc.nat(3) }),
);
const eventRule: fc.Arbitrary<Rule> = fc.record({
  field: eventType,
  operator: fc.constant('='),
  match,
  value: fc.option(eventGroup, { nil: undefined }),
});
const consentRule: fc.Arbitrary<Rule> = fc
  .tuple(channel, purpose, fc.constantFrom('=', '!=', 'null', 'notNull'), fc.constantFrom(true, false, 'true', 'false'))
  .map(([channel, purpose, operator, value]) => ({ field: `$consent.${channel}.${purpose}`, operator, value }));
const segmentRule: fc.Arbitrary<Rule> = fc
  .tuple(fc.constantFrom('=', '!='), fc.boolean())
  .map(([operator, value]) => ({ field: '$segment.s1', operator, value }));

const sound = (group: RuleGroup) => checkRule(group, '').length === 0;
const soundAlone = (rule: Rule) => sound({ combinator: 'and', rules: [rule] });

const measureRule: fc.Arbitrary<Rule> = fc
  .tuple(
    eventType,
    fc.oneof(
      fieldRule,
      fc.record({
        field: fc.constant('figure'),
        operator: fc.constantFrom('<', '>=', '=', '!=', 'between', 'in'),
        value: fc.oneof(number, fc.array(fc.integer({ min: -3, max: 6 }), { minLength: 2, maxLength: 2 })),
      }),
      timeRule,
    ),
    fc.constantFrom(...measureFunctions),
    fc.oneof(fieldName, fc.constantFrom('time', 'a', 'b')),
    fc.option(eventGroup, { nil: undefined }),
  )
  .map(
    ([type, asked, made, property, where]) =>
      ({ ...asked, field: type, measure: { function: made, property, where } }) as Rule,
  )
  .filter(soundAlone);

const rename = (rule: Rule, field: string): Rule =>
  rule.valueSource === 'field'
    ? { ...rule, field, value: rule.operator === 'in' || rule.operator.endsWith('etween') ? ['from', 'to'] : 'to' }
    : { ...rule, field };
const changeLeaf = fc.oneof(
  fc.tuple(fieldRule, fc.constantFrom('from', 'to', 'source')).map(([rule, field]) => rename(rule, field)),
  timeRule,
);
const changedRule: fc.Arbitrary<Rule> = fc
  .record({
    field: fc.oneof(fieldName, fc.constantFrom('a', 'b')).map((name) => `$changed.${name}`),
    operator: fc.constant('='),
    match,
    value: fc.option(groupOf(changeLeaf), { nil: undefined }),
  })
  .filter(soundAlone);
const kind = fc.constantFrom('household', "firm's");
const groupLeaf = fc.oneof(
  fieldRule,
  timeRule.map((rule) => ({ ...rule, field: 'since' })),
);
const memberRule: fc.Arbitrary<Rule> = fc
  .record({
    field: kind.map((name) => `$group.${name}`),
    operator: fc.constant('='),
    match,
    value: fc.option(groupOf(groupLeaf), { nil: undefined }),
  })
  .filter(soundAlone);
const listRule: fc.Arbitrary<Rule> = fc
  .tuple(fc.constantFrom('fair', 'x"y', 'nobody'), fc.constantFrom('=', '!='), fc.boolean())
  .map(([id, operator, value]) => ({ field: `$list.${id}`, operator, value }));
const percent = fc.oneof(fc.integer({ min: 0, max: 100 }), fc.constantFrom(33.3, '50', 99.999));
const shareRule: fc.Arbitrary<Rule> = fc.oneof(
  fc
    .tuple(fc.constantFrom('<', '>='), percent)
    .map(([operator, value]) => ({ field: '$share.pilot', operator, value })),
  fc.tuple(percent, percent).map((value) => ({ field: "$share.';😀", operator: 'between', value })),
);

const leafOfAny = fc.oneof(
  { weight: 4, arbitrary: fieldRule.filter(soundAlone) },
  { weight: 3, arbitrary: eventRule.filter(soundAlone) },
  { weight: 4, arbitrary: measureRule },
  { weight: 2, arbitrary: changedRule },
  { weight: 2, arbitrary: memberRule },
  consentRule,
  listRule,
  shareRule,
);
const leafInRelated = fc.oneof({ weight: 8, arbitrary: leafOfAny }, segmentRule);
const relatedRule: fc.Arbitrary<Rule> = fc.record({
  field: kind.map((name) => `$related.${name}`),
  operator: fc.constant('='),
  match,
  value: fc.option(groupOf(fc.oneof({ weight: 4, arbitrary: leafInRelated }, groupOf(leafInRelated, 2)), 2), {
    nil: undefined,
  }),
});
const leaf = fc.oneof({ weight: 8, arbitrary: leafInRelated }, { weight: 2, arbitrary: relatedRule });
/** What a statement over all customers may begin at one side of. */
const conjunction = fc
  .array(
    fc.oneof(
      { weight: 2, arbitrary: listRule },
      { weight: 2, arbitrary: consentRule },
      eventRule.filter(soundAlone),
      leafOfAny,
    ),
    {
      minLength: 2,
      maxLength: 3,
    },
  )
  .map((rules): RuleGroup => ({ combinator: 'and', rules }));
const anyRule = groupOf(fc.oneof({ weight: 4, arbitrary: leaf }, groupOf(leaf))).filter(sound);
const rule = fc.oneof({ weight: 4, arbitrary: anyRule }, conjunction);
const segment = groupOf(leafOfAny).filter(sound);

const event: fc.Arbitrary<RuleEvent> = fc.record({
  type: eventType,
  time: fc.constantFrom(t0, t0 - 1, t0 - day, t0 - day - 1, t0 - 14 * day, t0 + 1, 0),
  properties: document,
});
const consents = fc.uniqueArray(fc.record<RuleConsent>({ channel, purpose, at: fc.nat(3), granted: boolean }), {
  selector: ({ channel, purpose, at }) => `${channel}/${purpose}/${at}`,
  maxLength: 5,
});
const change: fc.Arbitrary<RuleChange> = fc
  .tuple(
    fc.constantFrom(t0, t0 - 1, t0 - day, t0 + 1),
    fc.constantFrom('merge', 'import', 'a', ''),
    fc.uniqueArray(fc.tuple(fc.constantFrom(...names), traitValue, traitValue), {
      selector: ([name]) => name,
      minLength: 1,
      maxLength: 3,
    }),
  )
  .map(([time, source, of]) => ({
    time,
    source,
    before: Object.fromEntries(of.map(([name, before]) => [name, before])),
    after: Object.fromEntries(of.map(([name, , after]) => [name, after])),
  }));
const span = fc.record({
  kind,
  key: fc.constantFrom('1', '2'),
  from: fc.constantFrom(0, t0 - day, t0, t0 + 1),
  to: fc.constantFrom(undefined, undefined, undefined, t0 - 1, t0, t0 + 1, t0 + 90 * day),
});
const customer = fc.record({
  traits: document,
  events: fc.array(event, { maxLength: 5 }),
  consents,
  changes: fc.array(change, { maxLength: 3 }),
  lists: fc.subarray(['fair', 'x"y']),
  spans: fc.uniqueArray(span, { selector: ({ kind, key, from }) => `${kind}/${key}/${from}`, maxLength: 3 }),
});
/** What is known of the groups, by kind and key. */
const groupTraits = fc.dictionary(fc.constantFrom('household/1', 'household/2', "firm's/1"), document);

interface Person extends RuleSubject {
  id: number;
  groups: readonly RuleMembership[];
}

const people = fc.tuple(fc.array(customer, { minLength: 4, maxLength: 4 }), groupTraits).map(([customers, traits]) => {
  const all: Person[] = customers.map(({ spans, ...one }, id) => ({
    ...one,
    id,
    groups: spans.map((span) => ({ ...span, traits: traits[`${span.kind}/${span.key}`] ?? {} })),
  }));
  return all.map((one) => ({ ...one, others: all }));
});

async function store(customers: readonly RuleSubject[]): Promise<void> {
  await database.write(async (tx) => {
    for (const table of [
      'relationship',
      'customer_group',
      'list_member',
      'static_list',
      'trait_change',
      'customer',
      'event',
      'consent',
    ])
      await tx.run(`DELETE FROM ${table}`);
    const json = tx.dialect.toJson('?');
    const all = [...customers.entries()];
    await tx.runMany(
      `INSERT INTO customer (id, created_at, updated_at, traits) VALUES (?, 0, 0, ${json})`,
      all.map(([id, { traits }]) => [id, JSON.stringify(traits)]),
    );
    await tx.runMany(
      `INSERT INTO event (customer, type, category, time, received_at, properties) VALUES (?, ?, 'order', ?, 0, ${json})`,
      all.flatMap(([id, { events = [] }]) =>
        events.map((one) => [id, one.type, one.time, JSON.stringify(one.properties)]),
      ),
    );
    await tx.runMany(
      `INSERT INTO consent (customer, channel, purpose, at, granted, source) VALUES (?, ?, ?, ?, ?, '')`,
      all.flatMap(([id, { consents = [] }]) =>
        consents.map(({ channel, purpose, at, granted }) => [id, channel, purpose, at, granted ? 1 : 0]),
      ),
    );
    await tx.runMany(
      `INSERT INTO trait_change (customer, at, seq, source, before, after) VALUES (?, ?, ?, ?, ?, ?)`,
      all.flatMap(([id, { changes = [] }]) =>
        changes.map((one, seq) => [
          id,
          one.time,
          seq,
          one.source,
          JSON.stringify(one.before),
          JSON.stringify(one.after),
        ]),
      ),
    );
    await tx.runMany(
      `INSERT INTO static_list (ref, id, name, created_at, updated_at) VALUES (?, ?, '', 0, 0)`,
      ['fair', 'x"y'].map((id, ref) => [ref, id]),
    );
    await tx.runMany(
      `INSERT INTO list_member (customer, list, added_at, source) VALUES (?, ?, 0, '')`,
      all.flatMap(([id, { lists = [] }]) => lists.map((list) => [id, list === 'fair' ? 0 : 1])),
    );
    const memberships = all.flatMap(([id, { groups = [] }]) => groups.map((one) => ({ ...one, id })));
    const refs = new Map<string, number>();
    for (const { kind, key, traits } of memberships) {
      const name = `${kind}/${key}`;
      if (refs.has(name)) continue;
      refs.set(name, refs.size);
      await tx.run(
        `INSERT INTO customer_group (ref, kind, key, traits, created_at, updated_at) VALUES (?, ?, ?, ${json}, 0, 0)`,
        [refs.get(name) as number, kind, key, JSON.stringify(traits)],
      );
    }
    await tx.runMany(
      `INSERT INTO relationship (customer, kind, customer_group, from_at, to_at, source) VALUES (?, ?, ?, ?, ?, '')`,
      memberships.map(({ id, kind, key, from, to }) => [
        id,
        kind,
        refs.get(`${kind}/${key}`) as number,
        from,
        to ?? null,
      ]),
    );
  });
}

const dialect = testsOn;
const ask = <R extends object>(sql: string, parameters: readonly (string | number)[]) =>
  database.read((tx) => tx.all<R>(sql, parameters));

test('SQL and predicate say the same of every customer', async () => {
  const seen = { selected: 0, left: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.array(rule, { minLength: 6, maxLength: 6 }),
      segment,
      people,
      fc.constantFrom(t0, t0 + day, t0 - 3 * day, t0 + 91 * day),
      async (rules, segment, customers, now) => {
        await store(customers);
        const segments = new Map([['s1', segment]]);
        for (const rule of rules) {
          const { sql, parameters } = ruleToSql(rule, { segments, dialect });
          const bound = bindRule(parameters, now);
          const predicate = ruleToPredicate(rule, { segments, now });
          const expected = customers.map((customer) => (predicate(customer) ? 1 : 0));
          for (const value of expected) seen[value ? 'selected' : 'left'] += 1;
          const rows = await ask(
            `SELECT ${sql} AS value, CASE WHEN ${sql} THEN 1 ELSE 0 END AS branch FROM customer ORDER BY id`,
            [...bound, ...bound],
          );
          expect(rows, JSON.stringify(rule)).toEqual(expected.map((value) => ({ value, branch: value })));
          const all = ruleToCustomersSql(rule, { segments, dialect, now });
          const ids = await ask<{ id: number }>(`${all.sql} ORDER BY id`, all.parameters);
          expect(
            ids.map(({ id }) => id),
            JSON.stringify(rule),
          ).toEqual(customers.flatMap(({ id }) => (expected[id] ? [id] : [])));
        }
      },
    ),
    runs(1000),
  );
  // A test that hardly ever selects anybody would hold nothing together.
  expect(Math.min(seen.selected, seen.left) / (seen.selected + seen.left)).toBeGreaterThan(0.2);
}, 120_000);

test('each operator alone agrees on every value against every literal', async () => {
  const values = [
    ...texts,
    0,
    1,
    -3,
    7,
    12,
    100,
    0.1,
    1e20,
    t0,
    t0 + 1,
    t0 - day,
    true,
    false,
    null,
    [],
    ['a'],
    [1],
    { a: 1 },
  ];
  const customers = values.map((a) => ({ traits: { a } }));
  await store(customers);
  for (const operator of operators) {
    for (const value of [
      ...texts,
      0,
      1,
      -3,
      100,
      1e20,
      t0,
      true,
      false,
      'P1D',
      'PT0S',
      ['a', '12'],
      ['a', 'b'],
      ['0', 12],
    ]) {
      const group: RuleGroup = { combinator: 'and', rules: [{ field: 'a', operator, value }] };
      if (!sound(group)) continue;
      const { sql, parameters } = ruleToSql(group, { dialect });
      // At the dawn of the epoch, true would be an instant if it were taken for 1.
      for (const now of operator.endsWith('ithin') ? [t0, 1] : [t0]) {
        const predicate = ruleToPredicate(group, { now });
        const said = await ask<{ said: number }>(
          `SELECT ${sql} AS said FROM customer ORDER BY id`,
          bindRule(parameters, now),
        );
        const expected = customers.map((customer) => (predicate(customer) ? 1 : 0));
        expect(
          said.map((row) => row.said),
          `${operator} ${JSON.stringify(value)} at ${now}`,
        ).toEqual(expected);
      }
    }
  }
});

test('SQL and parseInstant read the same texts as the same instants', async () => {
  const near = fc.nat({ max: 4 * day }).map((ms) => new Date(t0 - ms).toISOString());
  const two = (max: number) => fc.nat({ max }).map((value) => String(value).padStart(2, '0'));
  const clock = fc
    .tuple(
      two(25),
      two(61),
      fc.option(two(61), { nil: undefined }),
      fc.constantFrom('', '.', '.5', '.9994', '.9999', '.0005', '.1234567', '.99999999'),
    )
    .map(
      ([hours, minutes, seconds, fraction]) =>
        `${hours}:${minutes}${seconds === undefined ? '' : `:${seconds}${fraction}`}`,
    );
  const zone = fc.oneof(
    fc.constantFrom('', 'Z', 'z', ' Z', '+00:00', '-14:59', '+15:00', '+0100'),
    fc.tuple(two(16), two(61)).map((at) => `+${at.join(':')}`),
  );
  const date = fc
    .tuple(fc.constantFrom('2026', '2024', '0000', '0099', '9999', '26'), two(13), two(32))
    .map((parts) => parts.join('-'));
  const made = fc
    .tuple(fc.oneof(date, fc.constant('2026-02-28')), fc.constantFrom('T', 'T', 'T', ' ', 'TT'), clock, zone)
    .map((parts) => parts.join(''));
  // What SQLite itself takes for an instant is none of ours unless we read it too.
  const alsoRead = async (text: string): Promise<number> =>
    onPostgres
      ? 0
      : ((
          await ask<{ at: number | null }>("SELECT CAST(round(unixepoch(?, 'subsec') * 1000) AS INTEGER) AS at", [text])
        )[0]?.at ?? 0);
  const group: RuleGroup = { combinator: 'and', rules: [{ field: 'a', operator: 'within', value: 'PT0S' }] };
  const { sql, parameters } = ruleToSql(group, { dialect });
  let instants = 0;
  await fc.assert(
    fc.asyncProperty(fc.oneof(near, date, made), async (a) => {
      await store([{ traits: { a } }]);
      // Where SQLite reads an instant it must be ours, and no instant where we read none.
      const now = parseInstant(a) ?? (await alsoRead(a));
      if (parseInstant(a) !== undefined) instants += 1;
      for (const at of [now - 1, now, now + 1]) {
        const expected = ruleToPredicate(group, { now: at })({ traits: { a } });
        const said = await ask(`SELECT ${sql} AS said FROM customer`, bindRule(parameters, at));
        expect(said, `${a} at ${at}`).toEqual([{ said: expected ? 1 : 0 }]);
      }
    }),
    runs(3000),
  );
  expect(instants).toBeGreaterThan(onPostgres ? 100 : 1000);
}, 120_000);
