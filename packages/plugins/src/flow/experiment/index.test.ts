import { testNode } from '@osicam/engine/plugin/testing';
import { expect, test } from 'vitest';
import { experiment } from './index.ts';

const customers = Array.from({ length: 3000 }, () => ({}));
const arms = (email: number, call: number) => [
  { port: 'email', weight: email },
  { port: 'call', weight: call },
];
const route = (settings: Record<string, unknown>) => testNode(experiment, { settings, customers }).route();
const who = (ports: Record<number, string>, port: string) =>
  Object.keys(ports).filter((id) => ports[Number(id)] === port);

test('one in five is kept out, and the others part between the treatments', async () => {
  const ports = await route({ arms: arms(3, 1) });
  expect(who(ports, 'holdout').length / customers.length).toBeCloseTo(0.2, 1);
  expect(who(ports, 'email').length / customers.length).toBeCloseTo(0.6, 1);
  expect(who(ports, 'call').length / customers.length).toBeCloseTo(0.2, 1);
});

test('whoever is kept out stays out when the weights of the treatments change', async () => {
  const before = who(await route({ arms: arms(1, 1) }), 'holdout');
  for (const weights of [arms(0.137, 0.863), arms(7, 0), arms(1 / 3, 1e-9)])
    expect(who(await route({ arms: weights }), 'holdout')).toEqual(before);
  expect(who(await route({ arms: [{ port: 'visit' }] }), 'holdout')).toEqual(before);
});

test('a larger holdout keeps everybody whom the smaller one kept', async () => {
  const larger = new Set(who(await route({ holdout: 0.3 }), 'holdout'));
  expect(who(await route({ holdout: 0.1 }), 'holdout').every((id) => larger.has(id))).toBe(true);
});

test('without a holdout all are treated, and with nothing else nobody is', async () => {
  expect(who(await route({ holdout: 0 }), 'holdout')).toEqual([]);
  expect(who(await route({ holdout: 1 }), 'holdout')).toHaveLength(customers.length);
});

test('its ways out are the treatments and then the holdout', () => {
  expect(testNode(experiment, { settings: { arms: arms(1, 1) } }).ports).toEqual(['email', 'call', 'holdout']);
});

test('a treatment cannot be called holdout', () => {
  const node = testNode(experiment, { settings: { arms: [{ port: 'holdout' }] } });
  expect(node.problems).toMatchObject([{ path: ['arms', 0, 'port'] }]);
});
