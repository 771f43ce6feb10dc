import type { JsonObject } from '@osicam/engine/plugin';
import { testNode } from '@osicam/engine/plugin/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { deduplicate } from './index.ts';

const write = (traits: JsonObject[], settings: Record<string, unknown> = {}) =>
  testNode(deduplicate, { settings, customers: traits.map((one) => ({ traits: one })) }).write();

test('two customers with one address become the one known longest, who gains what the other knew', async () => {
  const { customers, ports, why } = await write([
    { email: 'ann@example.com', city: 'Leeds' },
    { email: 'bob@example.com' },
    { email: 'ANN@example.com', city: 'York', plan: 'gold' },
  ]);
  expect(Object.keys(customers)).toEqual(['1', '2']);
  expect(customers[1]?.traits).toEqual({ email: 'ann@example.com', city: 'Leeds', plan: 'gold' });
  expect(ports).toEqual({ 1: 'unique', 2: 'unique', 3: 'merged' });
  expect(why).toEqual(['same email']);
});

test('a chain of shared keys makes one customer of all', async () => {
  const { customers, why } = await write([
    { phone: '+441' },
    { email: 'x@example.com' },
    { email: 'x@example.com', phone: '+441' },
  ]);
  expect(Object.keys(customers)).toEqual(['1']);
  expect(why).toHaveLength(2);
});

test('a duplicate of somebody who stands elsewhere is found by the identity that the other owns', async () => {
  const node = testNode(deduplicate, {
    customers: [
      { id: 3, identities: [{ kind: 'email', value: 'ann@example.com' }] },
      { id: 8, traits: { email: 'ann@example.com' } },
    ],
  });
  expect(await node.write()).toMatchObject({ ports: { 3: 'unique', 8: 'merged' }, why: ['same email'] });
});

test('the customer known longest lives on, whoever owns the identity', async () => {
  const node = testNode(deduplicate, {
    customers: [
      { id: 2, traits: { email: 'ann@example.com' } },
      { id: 9, identities: [{ kind: 'email', value: 'ann@example.com' }] },
    ],
  });
  expect(await node.write()).toMatchObject({ ports: { 2: 'unique', 9: 'merged' } });
});

test('a value that identifies nobody merges nobody', async () => {
  for (const email of ['anonymous', 'null', '-1', '000000', 'noreply@example.com', '', '  '])
    expect((await write([{ email }, { email }])).ports).toEqual({ 1: 'unique', 2: 'unique' });
  expect((await write([{}, {}])).ports).toEqual({ 1: 'unique', 2: 'unique' });
});

test('a family that shares a phone stays a family where birth dates differ', async () => {
  const settings = { mustAgree: ['birthDate'] };
  const apart = await write(
    [
      { phone: '+441', birthDate: '1970-01-01' },
      { phone: '+441', birthDate: '2001-05-05' },
      { phone: '+441', birthDate: '1970-01-01' },
      { phone: '+441', birthDate: '2001-05-05' },
    ],
    settings,
  );
  expect(apart.ports).toEqual({ 1: 'unique', 2: 'unique', 3: 'merged', 4: 'merged' });
  const unknown = await write([{ phone: '+441', birthDate: '1970-01-01' }, { phone: '+441' }], settings);
  expect(unknown.ports).toEqual({ 1: 'unique', 2: 'merged' });
});

test('a value that nobody owned is claimed, so that the next duplicate is found', async () => {
  const { customers } = await write([{ email: 'ann@example.com', phone: '+441' }]);
  expect(customers[1]?.identities).toEqual([
    { kind: 'email', value: 'ann@example.com' },
    { kind: 'phone', value: '+441' },
  ]);
});

test('the key that counts most says why', async () => {
  const same = { email: 'ann@example.com', phone: '+441' };
  expect((await write([same, same])).why).toEqual(['same email']);
  const keys = [
    { identity: 'phone', trait: 'phone' },
    { identity: 'email', trait: 'email' },
  ];
  expect((await write([same, same], { keys })).why).toEqual(['same phone']);
});

test('whatever is shared, those who live on share no key, and nobody is merged into somebody who is gone', async () => {
  const person = fc.record({
    email: fc.option(fc.constantFrom('a@x.org', 'b@x.org', 'c@x.org', 'd@x.org'), { nil: null }),
    phone: fc.option(fc.constantFrom('+441', '+442', '+443', '+444'), { nil: null }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(person, { minLength: 1, maxLength: 12 }), async (people) => {
      const { customers, ports } = await write(people);
      const left = Object.keys(customers).map(Number);
      expect(left).toEqual(
        Object.keys(ports)
          .map(Number)
          .filter((id) => ports[id] === 'unique'),
      );
      for (const key of ['email', 'phone'] as const) {
        const owned = Object.values(customers).flatMap(({ identities }) =>
          identities.flatMap(({ kind, value }) => (kind === key ? [value] : [])),
        );
        expect(new Set(owned).size).toBe(owned.length);
        const values = new Set(people.flatMap((one) => one[key] ?? []));
        expect(new Set(owned)).toEqual(values);
      }
    }),
  );
});

const person = {
  firstName: 'Ann',
  lastName: 'Thornquist',
  birthDate: '1980-04-03',
  street: '12 High Street',
  postcode: 'LS1 4AB',
};

test('with likeness, who is certainly one is merged with how certain it is, and who is nearly so is proposed', async () => {
  const people: JsonObject[] = [
    person,
    { ...person, firstName: 'Anne', street: 'High St 12' },
    { firstName: 'Ann', lastName: 'Thornquist', street: '12 High Street', postcode: 'LS1 4AB' },
    { firstName: 'Bob', lastName: 'Ray', birthDate: '1970-01-05' },
  ];
  const keys = [{ identity: 'email', trait: 'email' }];
  expect((await write(people)).ports).toEqual({ 1: 'unique', 2: 'unique', 3: 'unique', 4: 'unique' });
  const merged = await write(people, { likeness: 'merge', keys });
  expect(merged.ports).toEqual({ 1: 'unique', 2: 'merged', 3: 'merged', 4: 'unique' });
  expect(merged.why[0]).toContain('birth date the same');
  expect(merged.proposals).toEqual([]);
  const proposed = await write(people, { likeness: 'propose', keys });
  expect(proposed.why).toEqual([]);
  expect(proposed.proposals.map(({ customer, other }) => [customer, other])).toContainEqual([1, 2]);
  // What keeps two apart keeps them apart here too.
  const others = people.map((traits, i) => ({ ...traits, member: `M${i}` }));
  expect((await write(others, { likeness: 'merge', mustAgree: ['member'] })).ports[2]).toBe('unique');
});
