import { expect, test } from 'vitest';
import type { Database, IntakeRow } from '../store/index.ts';
import { countAside, listAside } from '../store/index.ts';
import { openTestDatabase, testDatabaseUrl, testsOn } from '../store/test-database.ts';
import type { IngestRecord } from './ingest.ts';
import type { ReadRequest } from './intake-drain.ts';
import { monday, testEngine } from './test-engine.ts';

interface Call {
  who: string;
  event?: string;
  id?: string;
  traits?: Record<string, string>;
  same?: string;
  bad?: string;
}

const key = (value: string) => ({ kind: 'key', value });

function toRecord({ who, event, id, traits = {}, same, bad }: Call): IngestRecord | string {
  if (bad !== undefined) return bad;
  return {
    identities: [key(who)],
    traits,
    ...(same ? { sameAs: [key(same)] } : {}),
    ...(id ? { messageId: id, ...(event ? {} : { once: true }) } : {}),
    ...(event
      ? {
          events: [
            { type: event, category: 'contact', time: monday, properties: {}, ...(id ? { messageId: id } : {}) },
          ],
        }
      : {}),
  };
}

/** Requests whose body is a list of calls. */
const read: ReadRequest = ({ kind, body }) => {
  const calls = JSON.parse(body) as Call[];
  return { calls: calls.map(toRecord), alone: (i) => ({ kind, body: JSON.stringify([calls[i]]) }) };
};

const request = (...calls: Call[]) => ({
  receivedAt: monday,
  kind: 'list',
  calls: calls.length,
  body: JSON.stringify(calls),
});

/** Each look at the stopwatch is a millisecond later. */
function stopwatch() {
  let now = 0;
  return () => ++now;
}

const started = (options: Parameters<typeof testEngine>[1] = {}) =>
  testEngine([], { intake: { read, stopwatch: stopwatch() }, ...options });

const all = (db: Database, sql: string) => db.read((tx) => tx.all(sql));
const events = (db: Database) =>
  all(
    db,
    `SELECT i.value AS who, e.type FROM event e JOIN identity i ON i.customer = e.customer ORDER BY i.value, e.id`,
  );

async function drain(engine: { workIntake(): Promise<number> }): Promise<void> {
  while ((await engine.workIntake()) > 0);
}

test('what is accepted is kept until it is worked in, in the order in which it came, and then gone', async () => {
  const { db, engine } = await started();
  await engine.accept([request({ who: 'a', event: 'first', id: '1' }), request({ who: 'b', event: 'other', id: '2' })]);
  const state = await engine.accept([request({ who: 'a', event: 'second', id: '3', traits: { plan: 'gold' } })]);
  expect(state).toMatchObject({ rows: 3, oldest: monday });
  expect(await events(db)).toEqual([]);
  await drain(engine);
  expect(await events(db)).toEqual([
    { who: 'a', type: 'first' },
    { who: 'a', type: 'second' },
    { who: 'b', type: 'other' },
  ]);
  expect(await all(db, 'SELECT * FROM intake')).toEqual([]);
});

test('a message id is known between requests, within one, and after it has been worked in', async () => {
  const { db, engine } = await started();
  const once = { who: 'a', event: 'bought', id: 'm1' };
  await engine.accept([request(once, once), request(once)]);
  await drain(engine);
  await engine.accept([request(once)]);
  await drain(engine);
  expect(await events(db)).toEqual([{ who: 'a', type: 'bought' }]);
});

test('what is said without an event is taken in once too: it is not laid over what was said since', async () => {
  const { db, clock, engine } = await started();
  const plan = (id: string, plan: string) => request({ who: 'a', id, traits: { plan } });
  await engine.accept([plan('1', 'gold'), plan('2', 'silver'), plan('1', 'gold')]);
  await drain(engine);
  await engine.accept([plan('1', 'gold')]);
  await drain(engine);
  const traits = async () =>
    (await db.read((tx) => tx.first<{ traits: string }>(`SELECT ${tx.dialect.json('traits')} AS traits FROM customer`)))
      ?.traits;
  expect(JSON.parse((await traits()) ?? '')).toEqual({ plan: 'silver' });
  clock.advanceTo(monday + 3 * 86_400_000);
  await drain(engine);
  expect(await all(db, 'SELECT * FROM intake_seen')).toEqual([]);
});

test('a call that says why it cannot be taken in is set aside, and the others of its request go on', async () => {
  const { db, engine } = await started();
  await engine.accept([
    request({ who: 'a', event: 'one', id: '1' }, { who: 'b', bad: 'nobody' }, { who: 'a', event: 'two', id: '2' }),
  ]);
  await drain(engine);
  expect((await events(db)).map(({ type }) => type)).toEqual(['one', 'two']);
  expect(await db.read((tx) => listAside(tx, { limit: 10 }))).toEqual([
    { id: 1, receivedAt: monday, at: monday, kind: 'list', body: '[{"who":"b","bad":"nobody"}]', error: 'nobody' },
  ]);
});

/** A customer base that throws when it is to take in anything of a certain party. */
function refusing(db: Database, poison: () => string | undefined): Database {
  return {
    ...db,
    write: (work, point) =>
      db.write(
        (tx) =>
          work({
            ...tx,
            run: (sql, parameters = []) => {
              if (
                point === 'intake' &&
                poison() &&
                sql.includes('INTO identity') &&
                parameters.join().includes(poison() as string)
              )
                throw new Error('this party is too much');
              return tx.run(sql, parameters);
            },
          }),
        point,
      ),
  };
}

test('a call that cannot be worked in is found among hundreds and set aside, and is worked in when somebody retries it', async () => {
  let poison: string | undefined = 'p37';
  const { db, engine } = await started({ db: refusing(await openTestDatabase(), () => poison) });
  const calls = Array.from({ length: 100 }, (_, i) => ({ who: `p${i}`, event: 'came', id: `m${i}` }));
  await engine.accept([request(...calls.slice(0, 60)), ...calls.slice(60).map((call) => request(call))]);
  await engine.accept([request({ who: 'p99', event: 'went', id: 'last' })]);
  await drain(engine);
  expect(await events(db)).toHaveLength(100);
  expect((await events(db)).filter(({ who }) => who === 'p99')).toEqual([
    { who: 'p99', type: 'came' },
    { who: 'p99', type: 'went' },
  ]);
  expect(await db.read((tx) => listAside(tx, { limit: 10 }))).toMatchObject([
    { error: 'Error: this party is too much', body: JSON.stringify([calls[37]]) },
  ]);

  poison = undefined;
  expect(await engine.retryAside()).toBe(1);
  await drain(engine);
  expect(await events(db)).toContainEqual({ who: 'p37', type: 'came' });
  expect(await db.read(countAside)).toBe(0);
  expect(await engine.retryAside()).toBe(0);
});

test('a body that cannot be read is set aside whole, and can be discarded', async () => {
  const { db, engine } = await started();
  await engine.accept([{ ...request(), calls: 1, body: 'torn' }, request({ who: 'a', event: 'came', id: '1' })]);
  await drain(engine);
  expect(await events(db)).toHaveLength(1);
  expect(await db.read((tx) => listAside(tx, { limit: 1 }))).toMatchObject([
    { body: 'torn', error: expect.stringMatching(/JSON/) },
  ]);
  expect(await engine.discardAside([1])).toBe(1);
  expect(await db.read(countAside)).toBe(0);
});

test('a large request is worked in by parts, each call once', async () => {
  const slow = (() => {
    let now = 0;
    // As if each transaction took longer than it may.
    return () => (now += 100);
  })();
  let reads = 0;
  const counting: ReadRequest = (row: IntakeRow) => {
    reads++;
    return read(row);
  };
  const { db, engine } = await started({ intake: { read: counting, stopwatch: slow } });
  const calls = Array.from({ length: 1_000 }, (_, i) => ({ who: `p${i % 7}`, event: 'came', id: `m${i}` }));
  await engine.accept([request(...calls)]);
  let parts = 0;
  while ((await engine.workIntake()) > 0) parts++;
  expect(parts).toBe(10);
  expect(reads).toBe(1);
  expect(await all(db, 'SELECT count(*) AS n FROM event')).toEqual([{ n: 1_000 }]);
  expect(await all(db, 'SELECT count(*) AS n FROM intake')).toEqual([{ n: 0 }]);
});

test('two are made one, and what happens to either afterwards happens to that one', async () => {
  const { db, engine } = await started();
  await engine.accept([
    request(
      { who: 'visitor', event: 'saw', id: '1' },
      { who: 'ada', same: 'visitor', id: '2' },
      { who: 'visitor', event: 'bought', id: '3' },
    ),
  ]);
  await drain(engine);
  expect(await all(db, 'SELECT DISTINCT customer FROM event')).toHaveLength(1);
  expect(await all(db, 'SELECT count(*) AS n FROM customer WHERE merged_into IS NULL')).toEqual([{ n: 1 }]);
});

test.runIf(testsOn === 'postgres')(
  'of several engines one at a time works in what any of them has accepted',
  async () => {
    const url = await testDatabaseUrl();
    const one = await started({ db: await openTestDatabase(url) });
    const other = await started({ db: await openTestDatabase(url) });
    for (let i = 0; i < 40; i++)
      await (i % 2 ? one : other).engine.accept([
        request({ who: `p${i % 5}`, event: `e${String(i).padStart(2, '0')}`, id: `m${i}` }),
      ]);
    await Promise.all([drain(one.engine), drain(other.engine)]);
    await drain(one.engine);
    const told = await events(one.db);
    expect(told).toHaveLength(40);
    expect(told).toEqual([...told].sort((a, b) => (`${a['who']} ${a['type']}` < `${b['who']} ${b['type']}` ? -1 : 1)));
    await one.db.close();
    await other.db.close();
  },
);
