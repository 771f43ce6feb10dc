import type { JsonObject } from '@osicam/engine/plugin';
import { testNode } from '@osicam/engine/plugin/testing';
import { expect, test } from 'vitest';
import { normalize } from './index.ts';

const clean = async (traits: JsonObject, settings: Record<string, unknown> = {}) =>
  (await testNode(normalize, { settings, customers: [{ traits }] }).write()).customers[1];

test('an e-mail address and a phone number get one form and identify their customer', async () => {
  expect(await clean({ email: ' ANN@Example.com ', phone: '020 7946 0018' })).toMatchObject({
    traits: { email: 'ann@example.com', phone: '+442079460018' },
    identities: [
      { kind: 'email', value: 'ann@example.com' },
      { kind: 'phone', value: '+442079460018' },
    ],
  });
});

test('the first source that holds a good value is taken', async () => {
  const fields = [{ from: ['E-Mail', 'mail', 'contact'], to: 'email', as: 'email' }];
  const traits = { 'E-Mail': 'n/a', mail: '', contact: 'ann@example.com' };
  expect((await clean(traits, { fields }))?.traits).toEqual({ ...traits, email: 'ann@example.com' });
  expect((await clean(traits, { fields, removeSources: true }))?.traits).toEqual({
    'E-Mail': 'n/a',
    mail: '',
    email: 'ann@example.com',
  });
});

test('what cannot be read is kept aside and not lost, until a good value comes', async () => {
  const customer = await clean({ email: 'ann at home' });
  expect(customer).toMatchObject({ traits: { email_raw: 'ann at home' }, identities: [] });
  expect(customer?.traits).not.toHaveProperty('email');
  expect((await clean({ email: 'a@example.com', email_raw: 'ann at home' }))?.traits).toEqual({
    email: 'a@example.com',
  });
});

test('a value that identifies nobody is no identity', async () => {
  expect((await clean({ email: 'anonymous@example.com' }))?.identities).toEqual([]);
  const fields = [{ from: ['no'], to: 'number', as: 'text', identity: 'customerNumber' }];
  for (const no of ['null', '-1', '000000', 'N/A', '99999'])
    expect((await clean({ no }, { fields }))?.identities).toEqual([]);
  expect((await clean({ no: 'C-17' }, { fields }))?.identities).toEqual([{ kind: 'customerNumber', value: 'C-17' }]);
});

test('a phone number under another name than phone identifies nobody unless told', async () => {
  const fields = [{ from: ['phone'], to: 'officePhone', as: 'phone' }];
  expect(await clean({ phone: '020 7946 0018' }, { fields })).toMatchObject({
    traits: { officePhone: '+442079460018' },
    identities: [],
  });
});

test('numbers that a spreadsheet made of identifiers are read as their digits', async () => {
  expect((await clean({ phone: 442079460018 }))?.traits.phone).toBe('+442079460018');
});

test('a number stays a number, and cleaning twice changes nothing', async () => {
  const fields = [{ from: ['spend'], to: 'spend', as: 'number' }];
  expect((await clean({ spend: '£1,200' }, { fields }))?.traits).toEqual({ spend: 1200 });
  expect((await clean({ spend: 1200.5 }, { fields }))?.traits).toEqual({ spend: 1200.5 });
  const once = await clean({ email: 'Ann@Example.com' });
  const context = { settings: testNode(normalize).settings, batch: [once] } as never;
  expect(await normalize.handle(context)).toEqual({ patches: [] });
});

test('a missing value stays missing', async () => {
  expect((await clean({ email: '  ', phone: null }))?.traits).toEqual({ email: '  ', phone: null });
});

test('a country that is none, or a trait written twice, is a problem', () => {
  const fields = [
    { from: ['a'], to: 'x' },
    { from: ['b'], to: 'x' },
  ];
  expect(testNode(normalize, { settings: { country: 'zz', fields } }).problems.map(({ path }) => path)).toEqual([
    ['country'],
    ['fields', 1, 'to'],
  ]);
});
