import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Database } from '../store/database.ts';
import { openTestDatabase } from '../store/test-database.ts';
import type { TimelineEntry, TimelineKind } from './index.ts';
import { applyPatches, CursorError, importRecords, mergeCustomers, readTimeline, showCustomer } from './index.ts';
import { openItems } from './show-open-items.ts';

let db: Database;
beforeEach(async () => {
  db = await openTestDatabase();
});
afterEach(() => db.close());

const now = Date.parse('2026-01-01T00:00:00Z');
const day = 86_400_000;

/** A customer with a little of everything, and a second one who becomes part of it. */
async function someone(events = 3): Promise<void> {
  await db.write((tx) =>
    importRecords(
      tx,
      [
        {
          identities: [{ kind: 'key', value: 'a' }],
          traits: { name: 'Ann', plan: 'basic' },
          events: Array.from({ length: events }, (_, i) => ({
            type: i % 2 ? 'ticket opened' : 'order placed',
            category: i % 2 ? ('service' as const) : ('order' as const),
            time: now + i,
            properties: { n: i, value: 100, currency: 'EUR' },
          })),
          consents: [{ channel: 'email', purpose: 'offers', granted: true, source: 'form' }],
          relationships: [{ kind: 'household', key: 'h1', from: now - day, to: now + day }],
        },
        { identities: [{ kind: 'key', value: 'b' }], traits: { name: 'Anna' } },
        { identities: [{ kind: 'key', value: 'c' }], traits: {}, relationships: [{ kind: 'household', key: 'h1' }] },
      ],
      { now, source: 'test' },
    ),
  );
  await db.write((tx) =>
    applyPatches(tx, [{ customer: 1, traits: { plan: 'plus' } }], { now: now + 2 * day, source: 'user:ann' }),
  );
  await db.write((tx) => mergeCustomers(tx, [{ customer: 2, into: 1, why: 'same person' }], { now: now + 3 * day }));
}

async function whole(kinds?: TimelineKind[], limit = 50): Promise<TimelineEntry[]> {
  const entries: TimelineEntry[] = [];
  let after: string | undefined;
  do {
    const page = await db.read((tx) =>
      readTimeline(tx, 1, { limit, ...(kinds ? { kinds } : {}), ...(after === undefined ? {} : { after }) }),
    );
    entries.push(...page.entries);
    after = page.next;
  } while (after !== undefined);
  return entries;
}

test('everything stands in one stream, the newest first, with who did it', async () => {
  await someone();
  expect(await whole()).toMatchObject([
    { what: 'merged', customer: 2, into: 1, why: 'same person' },
    { what: 'changed', before: { plan: 'basic' }, after: { plan: 'plus' }, source: 'user:ann' },
    { what: 'parted', group: { kind: 'household', key: 'h1' }, at: now + day },
    { what: 'event', type: 'order placed', properties: { n: 2 } },
    { what: 'event', type: 'ticket opened', properties: { n: 1 } },
    { what: 'event', type: 'order placed', properties: { n: 0 } },
    { what: 'consent', purpose: 'offers', granted: true },
    { what: 'created' },
    { what: 'created' },
    { what: 'joined', at: now - day },
  ]);
});

test('page after page gives the same as all at once, also of many in one instant, and none twice when more come in', async () => {
  await someone(41);
  await db.write((tx) => tx.run('UPDATE event SET time = ?', [now]));
  const all = await whole(undefined, 500);
  expect(all).toHaveLength(48);
  for (const limit of [1, 2, 7]) expect(await whole(undefined, limit)).toEqual(all);

  const first = await db.read((tx) => readTimeline(tx, 1, { limit: 20 }));
  await db.write((tx) =>
    applyPatches(
      tx,
      [{ customer: 1, events: [{ type: 'page', category: 'contact', time: now + 9 * day, properties: {} }] }],
      { now, source: 'test' },
    ),
  );
  const second = await db.read((tx) => readTimeline(tx, 1, { limit: 100, after: first.next ?? '' }));
  expect([...first.entries, ...second.entries]).toEqual(all);
});

test('a filter leaves the other kinds out, and a cursor that nobody gave out is told to be none', async () => {
  await someone();
  expect((await whole(['order', 'trait'])).map(({ kind }) => kind)).toEqual([
    'trait',
    'order',
    'order',
    'trait',
    'trait',
  ]);
  for (const after of [
    '',
    'nonsense',
    Buffer.from('{"e":["x",1]}').toString('base64url'),
    Buffer.from('[]').toString(),
  ])
    await expect(db.read((tx) => readTimeline(tx, 1, { after }))).rejects.toThrow(CursorError);
});

test('the view has the figures of each type, the groups with their members, and what the schema says of traits', async () => {
  await someone();
  const view = await db.read((tx) => showCustomer(tx, 1, { now: now + 10 }));
  expect(view?.events.order.types).toMatchObject([
    { type: 'order placed', count: 2, first: now, last: now + 2, sum: { value: 200, currency: 'EUR', of: 2 } },
  ]);
  expect(view?.groups).toMatchObject([{ kind: 'household', key: 'h1', others: 1, members: [{ id: 3 }] }]);
  expect(view?.attributes).toMatchObject({ name: { category: 'basic', pii: true }, plan: { category: 'order' } });
  expect(view?.open.service).toMatchObject([{ type: 'ticket opened', since: now + 1, late: false }]);
  expect(view?.merges).toMatchObject([{ customer: 2, undoneAt: null }]);
});

test('what is open is what has begun and is not over, by its key or by its words', () => {
  const event = (type: string, at: number, properties = {}) => ({ type, time: now + at, properties });
  const newestFirst = (...events: ReturnType<typeof event>[]) => events.toReversed();
  const open = openItems(
    'payment',
    newestFirst(
      event('Invoice Sent', 0, { invoice: 'A', due: '2026-01-01T00:00:00.005Z' }),
      event('Invoice Sent', 1, { invoice: 'B' }),
      event('Invoice Paid', 2, { invoice: 'B' }),
      event('invoice_late', 3),
    ),
    now + 10,
  );
  expect(open).toMatchObject([
    { key: 'A', late: true },
    { key: null, type: 'invoice_late', late: true },
  ]);
  expect(
    openItems(
      'service',
      newestFirst(event('ticket_opened', 0), event('ticket_closed', 1), event('Case Reopened', 2)),
      now,
    ),
  ).toMatchObject([{ type: 'Case Reopened', late: false }]);
});
