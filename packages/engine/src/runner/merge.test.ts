import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as customers from '../customers/index.ts';
import { writer } from '../plugin/index.ts';
import { openTestDatabase } from '../store/test-database.ts';
import { drawLoop, monday, testEngine } from './test-engine.ts';
import { described, end, none, onCart, start } from './test-nodes.ts';
import { hook } from './test-post.ts';
import { answer, day, untilDay } from './test-waits.ts';

/** Merges every customer of a batch whose trait `same` names the key of another. */
const join = writer({
  type: 't/join',
  stage: 'organize',
  ...described('Join'),
  settings: none,
  ports: [{ id: 'unique' }, { id: 'merged', terminal: true }],
  handle: async ({ batch, read }) => {
    const wanted = batch.flatMap(({ id, traits }) =>
      typeof traits.same === 'string' ? [{ id, key: traits.same }] : [],
    );
    const owners = await read.findByIdentity(
      'key',
      wanted.map(({ key }) => key),
    );
    const merges = wanted.flatMap(({ id, key }) => {
      const into = owners.get(key);
      return into === undefined || into === id ? [] : [{ customer: id, into, why: 'told' }];
    });
    return { merges, ports: new Map(merges.map(({ customer }) => [customer, 'merged'])) };
  },
});

const nodes = [start, onCart, answer, untilDay, hook, join, end];
const waits = drawLoop(
  'waits',
  { in: ['t/in'], wait: ['t/answer'], end: ['t/end'] },
  'in.entered -> wait\nwait.yes -> end\nwait.no -> end\nwait.timeout -> end',
);
const carts = drawLoop(
  'carts',
  { in: ['t/cart'], wait: ['t/answer', { key: 'cart' }], end: ['t/end'] },
  'in.entered -> wait\nwait.yes -> end\nwait.no -> end\nwait.timeout -> end',
);
const parks = drawLoop(
  'parks',
  { in: ['t/in'], wait: ['t/until-day'], end: ['t/end'] },
  'in.entered -> wait\nwait.done -> end\nwait.missing -> end\nwait.yes -> end',
);
const posts = drawLoop(
  'posts',
  { in: ['t/in'], post: ['t/hook'], end: ['t/end'] },
  'in.entered -> post\npost.sent -> end\npost.failed -> end\npost.suppressed -> end',
);
const joins = drawLoop(
  'joins',
  { in: ['t/in'], join: ['t/join'], wait: ['t/answer'], end: ['t/end'] },
  ['in.entered -> join', 'join.unique -> wait', 'wait.yes -> end', 'wait.no -> end', 'wait.timeout -> end'].join('\n'),
);

async function installation() {
  const db = await openTestDatabase();
  const made = await testEngine(nodes, { db, limits: { turns: 10 } });
  const { engine } = made;
  const versions = new Map<string, Awaited<ReturnType<typeof engine.publish>>>();
  for (const loop of [waits, carts, parks, posts, joins]) versions.set(loop.id, await engine.publish(loop));
  await engine.saveSegment({
    id: 'gold',
    name: 'Gold',
    rule: { combinator: 'and', rules: [{ field: 'plan', operator: '=', value: 'gold' }] },
  });
  const all = (sql: string, parameters: (string | number)[] = []) => db.read((tx) => tx.all(sql, parameters));
  const work = async () => {
    while ((await engine.work()) > 0);
  };
  const enter = (loop: string, who: number[]) => {
    const version = versions.get(loop);
    if (!version) throw new Error(loop);
    return engine.enter(version, who);
  };
  const tell = (key: string, type: string, properties: Record<string, string> = {}, messageId?: string) =>
    engine.record([
      {
        identities: [{ kind: 'key', value: key }],
        event: { type, category: 'order', time: monday, properties, ...(messageId ? { messageId } : {}) },
      },
    ]);
  return { ...made, all, work, enter, tell };
}

const key = (value: string) => [{ kind: 'key', value }];

test('an enrollment goes on as the survivor’s, with its journal, its message and what it waits for', async () => {
  const { engine, people, all, work, enter, tell, counts } = await installation();
  await people([{}, {}]);
  await enter('waits', [2]);
  await enter('posts', [2]);
  await work();
  await engine.merge([{ customer: 2, into: 1, why: 'the same' }], 'ada');
  expect(await all('SELECT customer, n, ended_at FROM enrollment ORDER BY n')).toEqual([
    { customer: 1, n: 1, ended_at: null },
    { customer: 1, n: 2, ended_at: null },
  ]);
  for (const table of ['journal', 'position', 'subscription', 'message'])
    expect([table, await all(`SELECT DISTINCT customer FROM ${table}`)]).toEqual([table, [{ customer: 1 }]]);
  await tell('c1', 'answer');
  await engine.deliver();
  await work();
  expect(await counts('waits')).toMatchObject({ wait: { ports: { yes: 1 } }, end: { ports: { ended: 1 } } });
  expect(await counts('posts')).toMatchObject({ post: { ports: { sent: 1 } }, end: { ports: { ended: 1 } } });
  expect(await all('SELECT actor, why FROM merge')).toEqual([{ actor: 'ada', why: 'the same' }]);
});

test('who stands in the same loop with the same key stays, and the other ends as merged; other keys go on', async () => {
  const { engine, people, all, work, enter, tell } = await installation();
  await people([{}, {}]);
  await enter('waits', [1, 2]);
  await tell('c1', 'cart', { cart: 'a' });
  await tell('c2', 'cart', { cart: 'a' });
  await tell('c2', 'cart', { cart: 'b' });
  await work();
  await engine.merge([{ customer: 2, into: 1, why: 'the same' }], 'ada');
  const live = await all(
    'SELECT v.loop, e.customer, e.key FROM enrollment e JOIN loop_version v ON v.id = e.version WHERE e.ended_at IS NULL ORDER BY v.loop, e.key',
  );
  expect(live).toEqual([
    { loop: 'carts', customer: 1, key: 'a' },
    { loop: 'carts', customer: 1, key: 'b' },
    { loop: 'waits', customer: 1, key: '' },
  ]);
  expect(await all("SELECT customer FROM enrollment WHERE outcome = 'merged'")).toEqual([
    { customer: 1 },
    { customer: 1 },
  ]);
  // Who was in the loop does not come again by the other's name.
  expect(await all('SELECT count(*) AS count FROM enrollment WHERE customer = 2')).toEqual([{ count: 0 }]);
});

test('a node that merges somebody into one who is not in the loop lets the survivor go on there', async () => {
  const { people, all, work, enter } = await installation();
  await people([{}, { same: 'c1' }, {}, { same: 'c3' }]);
  await enter('joins', [2, 3, 4]);
  await work();
  expect(
    await all(`SELECT e.customer, e.outcome, e.ended_at IS NULL AS live FROM enrollment e ORDER BY e.customer, e.n`),
  ).toMatchObject([
    { customer: 1, outcome: null },
    { customer: 3, outcome: null },
    { customer: 4, outcome: null },
  ]);
  expect(await all('SELECT customer FROM position ORDER BY customer')).toEqual([{ customer: 1 }, { customer: 3 }]);
  expect(await all('SELECT customer, into_customer, actor FROM merge ORDER BY customer')).toEqual([
    { customer: 2, into_customer: 1, actor: 'joins/join' },
    { customer: 4, into_customer: 3, actor: 'joins/join' },
  ]);
});

test('a message that is on its way holds its enrollment until the receipt has come, and then it follows', async () => {
  const { db, engine, people, all, work, enter } = await installation();
  await people([{}, {}]);
  await enter('posts', [2]);
  await work();
  await db.write((tx) => tx.run("UPDATE message SET status = 'sending'"));
  await engine.merge([{ customer: 2, into: 1, why: 'the same' }], 'ada');
  expect(await all('SELECT customer FROM message')).toEqual([{ customer: 2 }]);
  await db.write((tx) => tx.run("UPDATE message SET status = 'queued'"));
  await engine.deliver();
  await work();
  expect(await all('SELECT status FROM message')).toEqual([{ status: 'sent' }]);
  expect(await all('SELECT count(*) AS count FROM enrollment WHERE ended_at IS NULL')).toEqual([{ count: 0 }]);
});

test('an unknown visitor who signs in is merged into the user, and keeps what it was waiting for', async () => {
  const { engine, all, work, tell, enter } = await installation();
  const visit = { identities: [{ kind: 'anonymousId', value: 'browser' }], traits: { seen: true } };
  await engine.ingest([visit, { identities: [...key('u'), { kind: 'userId', value: 'ann' }], traits: {} }], 'web');
  await enter('waits', [1]);
  await work();
  await engine.ingest([{ ...visit, identities: [...visit.identities, { kind: 'userId', value: 'ann' }] }], 'web');
  await tell('u', 'answer');
  await work();
  expect(await all('SELECT customer, n, outcome FROM enrollment WHERE ended_at IS NOT NULL')).toEqual([
    { customer: 2, n: 1, outcome: null },
  ]);
  // Told apart by somebody, they stay apart.
  await engine.unmerge(1, 'ada');
  await engine.ingest([{ ...visit, identities: [...visit.identities, { kind: 'userId', value: 'ann' }] }], 'web');
  expect(await all('SELECT id FROM customer WHERE merged_into IS NULL ORDER BY id')).toEqual([{ id: 1 }, { id: 2 }]);
});

test('what has happened since stays with the survivor, and what cannot be given back is told', async () => {
  const { db, engine, people, all } = await installation();
  await people([{ city: 'Leeds' }, { plan: 'gold', tier: 'a' }]);
  await engine.merge([{ customer: 2, into: 1, why: 'the same' }], 'ada');
  await engine.ingest([{ identities: key('c1'), traits: { plan: 'tin', note: 'x' } }], 'test');
  await engine.record([
    { identities: key('c2'), event: { type: 'order', category: 'order', time: monday, properties: {} } },
  ]);
  await db.write((tx) => tx.run("UPDATE identity SET customer = 1 WHERE value = 'c2'"));
  const undone = await engine.unmerge(2, 'ada');
  expect(undone).toMatchObject({
    customer: 2,
    from: 1,
    given: { identities: 1, events: 0, traits: 1 },
    left: ['1 of 2 traits, which have changed since and stay'],
  });
  const [one, two] = await db.read((tx) => customers.findCustomers(tx, [1, 2]));
  expect(one?.traits).toEqual({ city: 'Leeds', plan: 'tin', note: 'x' });
  expect(two).toMatchObject({ traits: { plan: 'gold', tier: 'a' }, identities: [{ value: 'c2' }] });
  expect(await all('SELECT customer FROM event')).toEqual([{ customer: 1 }]);
  expect(await all('SELECT moved, undone_at FROM merge')).toEqual([{ moved: null, undone_at: monday }]);
  await expect(engine.unmerge(2, 'ada')).rejects.toThrow('customer 2 is part of nobody');
  await expect(engine.unmerge(99, 'ada')).rejects.toThrow('99, not in the customer base');
});

test('a merge into one who was merged on is undone from the outside in', async () => {
  const { engine, people } = await installation();
  await people([{}, {}, {}]);
  await engine.merge([{ customer: 3, into: 2, why: 'a' }], 'ada');
  await engine.merge([{ customer: 2, into: 1, why: 'b' }], 'ada');
  await expect(engine.unmerge(3, 'ada')).rejects.toThrow('undo the merge of 2 first');
  await engine.unmerge(2, 'ada');
  expect(await engine.unmerge(3, 'ada')).toMatchObject({ customer: 3, from: 2, given: { identities: 1 } });
});

const who = fc.integer({ min: 1, max: 3 });
const deed = fc.oneof(
  fc.record({
    do: fc.constant('trait' as const),
    who,
    name: fc.constantFrom('plan', 'city', '__proto__'),
    value: fc.constantFrom('gold', 'tin'),
  }),
  fc.record({ do: fc.constant('event' as const), who, id: fc.option(fc.constantFrom('m1', 'm2'), { nil: undefined }) }),
  fc.record({ do: fc.constant('consent' as const), who, granted: fc.boolean() }),
  fc.record({
    do: fc.constant('group' as const),
    who,
    key: fc.constantFrom('h1', 'h2'),
    to: fc.option(fc.constant(monday + day), { nil: undefined }),
  }),
  fc.record({ do: fc.constant('list' as const), who, list: fc.constantFrom(1, 2) }),
  fc.record({ do: fc.constant('enter' as const), who, loop: fc.constantFrom('waits', 'parks', 'posts') }),
  fc.record({ do: fc.constant('cart' as const), who, cart: fc.constantFrom('a', 'b') }),
  fc.record({ do: fc.constant('answer' as const), who }),
  fc.record({ do: fc.constant('later' as const), who }),
);

/** All that there is of customers, but for the numbers of steps: an enrollment that goes on again has more of them. */
async function snapshot(all: (sql: string) => Promise<object[]>) {
  const json = (column: string) => `${column} AS ${column}`;
  return {
    customers: await all('SELECT id, merged_into, traits FROM customer ORDER BY id'),
    identities: await all('SELECT kind, value, customer FROM identity ORDER BY kind, value'),
    events: await all(
      'SELECT customer, type, time, received_at, message_id FROM event ORDER BY customer, type, time, received_at, message_id',
    ),
    consents: await all('SELECT * FROM consent ORDER BY customer, channel, purpose, at'),
    relationships: await all('SELECT * FROM relationship ORDER BY customer, kind, customer_group, from_at'),
    lists: await all('SELECT * FROM list_member ORDER BY customer, list'),
    enrollments: await all(
      `SELECT customer, n, version, ${json('key')}, ended_at, outcome FROM enrollment ORDER BY customer, n`,
    ),
    positions: await all('SELECT node, due, customer, n, turn, since, phase FROM position ORDER BY customer, n'),
    parked: await all('SELECT customer, n, node, turn, error FROM parked ORDER BY customer, n'),
    subscriptions: await all('SELECT customer, event, n, node, due FROM subscription ORDER BY customer, n, event'),
    messages: await all('SELECT customer, n, step, status, address, body FROM message ORDER BY customer, n, step'),
    memberships: await all('SELECT customer, segment FROM membership ORDER BY customer, segment'),
  };
}

test('whatever customers have, undoing a merge gives everything back, and membership is right for both', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { maxLength: 25 }), fc.boolean(), async (deeds, both) => {
      const { db, engine, clock, people, all, work, enter, tell } = await installation();
      try {
        await people([{}, { day: 'poison' }, { plan: 'gold' }]);
        await work();
        await db.write((tx) =>
          tx.run(
            "INSERT INTO static_list (id, name, created_at, updated_at) VALUES ('a', 'A', 0, 0), ('b', 'B', 0, 0)",
          ),
        );
        for (const each of deeds) {
          const identities = key(`c${each.who}`);
          if (each.do === 'trait') await engine.ingest([{ identities, traits: { [each.name]: each.value } }], 'test');
          if (each.do === 'event') await tell(`c${each.who}`, 'order', {}, each.id);
          if (each.do === 'consent')
            await engine.ingest(
              [
                {
                  identities,
                  traits: {},
                  consents: [{ channel: 'email', purpose: 'news', granted: each.granted, source: `s${each.who}` }],
                },
              ],
              'test',
            );
          if (each.do === 'group')
            await engine.ingest(
              [
                {
                  identities,
                  traits: {},
                  relationships: [
                    { kind: 'household', key: each.key, from: monday, ...(each.to ? { to: each.to } : {}) },
                  ],
                },
              ],
              'test',
            );
          if (each.do === 'list')
            await db.write((tx) =>
              tx.run(
                'INSERT INTO list_member (customer, list, added_at, source) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
                [each.who, each.list, each.who, 'test'],
              ),
            );
          if (each.do === 'enter') await enter(each.loop, [each.who]);
          if (each.do === 'cart') await tell(`c${each.who}`, 'cart', { cart: each.cart });
          if (each.do === 'answer') await tell(`c${each.who}`, 'answer');
          if (each.do === 'later') clock.advanceTo(clock.now() + day);
          await work();
        }
        const before = await snapshot(all);
        await engine.merge(
          [{ customer: 2, into: 1, why: 'test' }, ...(both ? [{ customer: 3, into: 1, why: 'test' }] : [])],
          'ada',
        );
        // The last that came goes first: what two brought was the first one's.
        if (both) await engine.unmerge(3, 'ada');
        await engine.unmerge(2, 'ada');
        const after = await snapshot(all);
        expect(after).toEqual(before);
        const known = await db.read((tx) => customers.findCustomers(tx, [1, 2, 3]));
        const gold = known.flatMap(({ id, traits }) => (traits.plan === 'gold' ? [{ id }] : []));
        expect(await all('SELECT customer AS id FROM membership ORDER BY customer')).toEqual(gold);
        // And nobody is lost: who waited is found, and who is to be counted at a node stands there.
        const standing = await db.read((tx) =>
          tx.all(`SELECT e.customer, e.n FROM enrollment e WHERE e.ended_at IS NULL
            AND NOT EXISTS (SELECT 1 FROM position p WHERE p.customer = e.customer AND p.n = e.n)
            AND NOT EXISTS (SELECT 1 FROM parked k WHERE k.customer = e.customer AND k.n = e.n)`),
        );
        expect(standing).toEqual([]);
        await engine.merge([{ customer: 2, into: 1, why: 'again' }], 'ada');
        await engine.deliver();
        await work();
      } finally {
        await db.close();
      }
    }),
    { numRuns: 60 },
  );
}, 120_000);
