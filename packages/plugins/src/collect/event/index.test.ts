import { testNode } from '@osicam/engine/plugin/testing';
import { expect, test } from 'vitest';
import { event } from './index.ts';

const where = { combinator: 'and', rules: [{ field: 'amount', operator: '>', value: 100 }] };

test('a customer enters on its event, and not on another', () => {
  const node = testNode(event, { settings: { event: 'order' } });
  expect(node.lets({ type: 'order' })).toBe(true);
  expect(node.lets({ type: 'complaint' })).toBe(false);
});

test('only the events that meet the conditions let anybody in', () => {
  const node = testNode(event, { settings: { event: 'order', where } });
  expect(node.lets({ type: 'order', properties: { amount: 101 } })).toBe(true);
  expect(node.lets({ type: 'order', properties: { amount: 100 } })).toBe(false);
  expect(node.lets({ type: 'order' })).toBe(false);
});

test('customers come back unless told otherwise', () => {
  const again = (settings: object) => testNode(event, { settings: { event: 'order', ...settings } }).entry.again;
  expect(again({})).toBe('always');
  expect(again({ again: 'never' })).toBe('never');
  expect(again({ again: 'after', after: 'P2D' })).toEqual({ after: 172_800_000 });
});

test('a customer is in the loop once for each value of a property', () => {
  const { entry } = testNode(event, { settings: { event: 'cart', key: 'id' } });
  expect(entry).toMatchObject({ on: 'event', event: 'cart', key: 'id' });
});

test('an entry without an event is refused', () => {
  expect(() => testNode(event)).toThrow('event');
});

test('conditions on an event may ask of the event alone', () => {
  const orders = { field: 'order', operator: '=', match: { mode: 'some' }, value: { combinator: 'and', rules: [] } };
  const settings = { event: 'order', where: { combinator: 'and', rules: [orders] } };
  expect(testNode(event, { settings }).problems).toMatchObject([{ path: ['where'] }]);
});
