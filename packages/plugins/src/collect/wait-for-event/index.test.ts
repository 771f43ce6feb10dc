import { testNode } from '@osicam/engine/plugin/testing';
import { expect, test } from 'vitest';
import { waitForEvent } from './index.ts';

const now = Date.UTC(2026, 0, 1);
const day = 86_400_000;
const large = { combinator: 'and', rules: [{ field: 'amount', operator: '>=', value: 50 }] };
const events = [
  { event: 'order', where: large, port: 'renewed' },
  { event: 'complaint', port: 'complained' },
  { event: 'letter', port: 'complained' },
];
const settings = { events, timeout: 'P14D' };

test('the event that comes first decides', () => {
  const node = testNode(waitForEvent, { settings, now });
  expect(node.leavesBy(now + 9 * day, { type: 'complaint', time: now + 5 * day })).toBe('complained');
  const both = [
    { type: 'complaint', time: now + 5 * day },
    { type: 'order', time: now + 4 * day, properties: { amount: 60 } },
  ];
  expect(node.leavesBy(now + 9 * day, ...both)).toBe('renewed');
});

test('an event that does not meet its conditions ends nothing', () => {
  const node = testNode(waitForEvent, { settings, now });
  expect(node.leavesBy(now + 9 * day, { type: 'order', time: now + day, properties: { amount: 10 } })).toBeUndefined();
});

test('silence ends by timeout, and an event at that instant comes too late', () => {
  const node = testNode(waitForEvent, { settings, now });
  expect(node.leavesBy(now + 14 * day - 1)).toBeUndefined();
  expect(node.leavesBy(now + 14 * day)).toBe('timeout');
  expect(node.leavesBy(now + 20 * day, { type: 'complaint', time: now + 14 * day })).toBe('timeout');
});

test('what happened before the wait counts only when it is counted from the turn', () => {
  const before = { now, turnStarted: now - 3 * day, events: [{ type: 'complaint', time: now - day }] };
  expect(testNode(waitForEvent, { ...before, settings }).leavesBy(now)).toBeUndefined();
  expect(testNode(waitForEvent, { ...before, settings: { ...settings, countFrom: 'turn' } }).leavesBy(now)).toBe(
    'complained',
  );
});

test('counted from the entry, what happened in an earlier turn ends the wait too', () => {
  const before = {
    now,
    turnStarted: now - day,
    entered: now - 9 * day,
    events: [{ type: 'letter', time: now - 5 * day }],
  };
  const leaves = (countFrom: string) =>
    testNode(waitForEvent, { ...before, settings: { ...settings, countFrom } }).leavesBy(now);
  expect([leaves('arrival'), leaves('turn'), leaves('entry')]).toEqual([undefined, undefined, 'complained']);
});

test('what happened before but is told of during the wait counts, unless late events are ignored', () => {
  const late = { type: 'complaint', time: now - day, told: now + day };
  expect(testNode(waitForEvent, { settings, now }).leavesBy(now + 2 * day, late)).toBe('complained');
  const ignoring = { ...settings, late: 'ignored' };
  expect(testNode(waitForEvent, { settings: ignoring, now }).leavesBy(now + 2 * day, late)).toBeUndefined();
  const fromTurn = { ...ignoring, countFrom: 'turn' };
  expect(
    testNode(waitForEvent, { settings: fromTurn, now, turnStarted: now - 2 * day }).leavesBy(now + 2 * day, late),
  ).toBe('complained');
});

test('an event that is told of when the time is up comes too late, whatever its own time', () => {
  const node = testNode(waitForEvent, { settings, now });
  expect(node.leavesBy(now + 20 * day, { type: 'complaint', time: now + day, told: now + 15 * day })).toBe('timeout');
});

test('in a loop that is entered once a cart, an event ends the waiting for its own cart only', () => {
  const ofCart = { events: [{ event: 'paid', key: 'cartId', port: 'paid' }], timeout: 'P14D' };
  const paid = (cartId: string | number) => ({ type: 'paid', time: now + day, properties: { cartId } });
  const node = testNode(waitForEvent, { settings: ofCart, now, key: '7' });
  expect(node.leavesBy(now + 2 * day, paid('8'))).toBeUndefined();
  expect(node.leavesBy(now + 2 * day, paid(7))).toBe('paid');
  expect(testNode(waitForEvent, { settings: ofCart, now }).leavesBy(now + 2 * day, paid('8'))).toBe('paid');
});

test('several events may share a way out, but none takes the one of the timeout', () => {
  const node = testNode(waitForEvent, { settings });
  expect(node.ports).toEqual(['renewed', 'complained', 'timeout']);
  expect(node.problems).toEqual([]);
  const taken = testNode(waitForEvent, { settings: { events: [{ event: 'order', port: 'timeout' }] } });
  expect(taken.problems).toMatchObject([{ path: ['events', 0, 'port'] }]);
});
