import { expect, test } from 'vitest';
import type { ImportColumn } from '../../api/imports.ts';
import { plansOfEvents, plansWithoutEvents, toMapping } from './import-mapping.ts';

const column = (name: string, more: Partial<ImportColumn> = {}): ImportColumn => ({
  name,
  type: 'text',
  becomes: [],
  missing: 0,
  distinct: 3,
  examples: ['x'],
  ...more,
});
const none = { eventType: undefined, reading: {} };

test('what nobody has changed is no part of the mapping', () => {
  expect(toMapping([column('id', { identity: 'key' }), column('plan')], {}, none)).toEqual({});
});

test('each use of a column becomes its part of the mapping', () => {
  const names = ['nr', 'mail', 'since', 'charge', 'agrees', 'company', 'note', 'plan'];
  const plans = {
    nr: { use: 'identity', kind: 'crm' },
    mail: { use: 'identity', kind: 'email' },
    since: { use: 'trait', name: 'customerSince', type: 'date', format: 'dd.MM.yyyy' },
    charge: { use: 'trait', type: 'money', currency: 'usd' },
    agrees: { use: 'consent', channel: 'phone' },
    company: { use: 'relationship', kind: 'employer' },
    note: { use: 'ignore' },
  } as const;
  expect(
    toMapping(
      names.map((name) => column(name)),
      plans,
      { ...none, reading: { encoding: 'windows-1252' } },
    ),
  ).toEqual({
    encoding: 'windows-1252',
    columns: {
      nr: { identity: 'crm' },
      mail: { identity: 'email' },
      since: { trait: 'customerSince', type: 'date', format: 'dd.MM.yyyy' },
      charge: { trait: 'charge', type: 'money', currency: 'USD' },
      agrees: { trait: false, consent: { channel: 'phone', purpose: 'marketing' } },
      note: 'ignore',
    },
    relationships: [{ kind: 'employer', key: 'company' }],
  });
});

test('rows that are events have their time, their id and their properties guessed', () => {
  const columns = [
    column('customer', { identity: 'key' }),
    column('order_id', { distinct: 10 }),
    column('date', { type: 'number', examples: ['19970101'] }),
    column('amount', { type: 'number' }),
  ];
  const plans = plansOfEvents(columns, 10, {});
  expect(toMapping(columns, plans, { eventType: 'order', reading: {} })).toEqual({
    events: [
      {
        type: 'order',
        time: { column: 'date', format: 'yyyyMMdd' },
        messageId: 'order_id',
        properties: { amount: 'amount' },
      },
    ],
  });
  expect(plansWithoutEvents(plans)).toEqual({});
  const german = [column('Datum', { dates: ['dd.MM.yyyy'] })];
  expect(plansOfEvents(german, 10, {})).toEqual({ Datum: { use: 'time', format: 'dd.MM.yyyy' } });
});
