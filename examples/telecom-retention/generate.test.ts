import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import parsePhoneNumber from 'libphonenumber-js/max';
import { afterAll, expect, test } from 'vitest';
import { CATEGORIES, generate, isAtRisk, type SourceEvent, type Truth, writeSources } from './index.ts';

const now = Date.UTC(2026, 0, 5);
const folder = mkdtempSync(join(tmpdir(), 'telecom-retention-'));
afterAll(() => rmSync(folder, { recursive: true }));

const base = generate({ seed: 1, now });
await writeSources(base, folder);
const text = (file: string) => readFileSync(join(folder, file), 'utf8');
const read = (file: string): Record<string, string>[] => parse(text(file), { columns: true });

// What follows is computed from the written files alone; the base only tells whose row is whose.
const truth = JSON.parse(text('truth.json')) as Truth;
const files = Object.fromEntries(Object.keys(truth.rows).map((file) => [file, read(file)]));
const billing = files['billing.csv']!;
const keyOf = {
  'billing.csv': 'account_number',
  'call-centre.csv': 'caller_id',
  'analysis.csv': 'subject_id',
} as const;
const events = text('events.jsonl')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as SourceEvent);
const personOf = new Map(
  base.persons.flatMap((person) =>
    [person.id, person.secondAccount?.number, person.caller?.callerId, person.subject?.subjectId]
      .filter((key) => key !== undefined)
      .map((key) => [key, person]),
  ),
);

const exactKeys = (row: Record<string, string>) => {
  const email = row.email!.trim().toLowerCase();
  const phone = parsePhoneNumber(row.phone!, 'FR')?.number;
  return [email, phone].filter((key) => key !== undefined && key !== '') as string[];
};

test('the same seed gives the same base, another seed another', () => {
  const small = (seed: number) => JSON.stringify(generate({ seed, customers: 300, now }));
  expect(small(7)).toBe(small(7));
  expect(small(7)).not.toBe(small(8));
});

test('a base of twenty thousand costs less than two seconds of this thread', () => {
  const start = process.threadCpuUsage();
  generate({ seed: 2, now });
  const { user, system } = process.threadCpuUsage(start);
  expect((user + system) / 1e6).toBeLessThan(2);
});

test('every person is in billing, about 60 % in the call centre and 80 % in analysis', () => {
  expect(truth.persons).toBe(20_000);
  expect(truth.rows).toEqual(Object.fromEntries(Object.entries(files).map(([file, rows]) => [file, rows.length])));
  expect(new Set(billing.map((row) => personOf.get(row.account_number!))).size).toBe(20_000);
  expect(truth.rows['call-centre.csv']! / 20_000).toBeCloseTo(0.6, 1);
  expect(truth.rows['analysis.csv']! / 20_000).toBeCloseTo(0.8, 1);
});

test('source keys are unique in their file', () => {
  for (const [file, key] of Object.entries(keyOf)) {
    expect(new Set(files[file]!.map((row) => row[key])).size).toBe(truth.rows[file]);
  }
});

test('blank cells are as many as the truth says', () => {
  for (const [file, rows] of Object.entries(files)) {
    const blanks: Record<string, number> = {};
    for (const row of rows) {
      for (const [column, cell] of Object.entries(row)) if (cell === '') blanks[column] = (blanks[column] ?? 0) + 1;
    }
    expect(blanks).toEqual(truth.missing[file]);
  }
});

test('contract end is blank for month-to-month and for nobody else', () => {
  for (const row of billing) expect(row.contract_end === '').toBe(row.contract === 'Month-to-month');
});

test('odd spellings are as many as the truth says, each recognised by its look', () => {
  const phoneLooks: [string, RegExp][] = [
    ['e164', /^\+33\d{9}$/],
    ['international', /^\+33 \d( \d\d){4}$/],
    ['national', /^0\d{9}$/],
    ['spaced', /^0\d( \d\d){4}$/],
    ['dotted', /^0\d(\.\d\d){4}$/],
    ['zeroZero', /^0033\d{9}$/],
  ];
  for (const [file, rows] of Object.entries(files)) {
    const odd: Record<string, Record<string, number>> = {};
    const count = (column: string, spelling: string) => {
      const spellings = (odd[column] ??= {});
      spellings[spelling] = (spellings[spelling] ?? 0) + 1;
    };
    for (const row of rows) {
      const { first, last } = personOf.get(row[keyOf[file as keyof typeof keyOf]]!)!;
      const { name, email, phone, city } = row as { name: string; email: string; phone: string; city?: string };
      if (name.startsWith(' ')) count('name', 'blanks');
      else if (name !== '' && name === `${last.toUpperCase()} ${first}`) count('name', 'lastNameFirst');
      else if (name !== '' && name === name.toUpperCase()) count('name', 'upperCase');
      else if (name !== '' && name !== `${first} ${last}`) count('name', 'noAccents');
      if (email.startsWith(' ')) count('email', 'blanks');
      else if (email !== '' && email === email.toUpperCase()) count('email', 'upperCase');
      else if (/[A-Z]/.test(email)) count('email', 'capitals');
      const look = phone === '' ? 'e164' : phoneLooks.find(([, pattern]) => pattern.test(phone))?.[0];
      if (look !== 'e164') count('phone', look ?? `unknown: ${phone}`);
      if (city && city === city.toUpperCase()) count('city', 'upperCase');
      else if (city && ['Saint-Etienne', 'Besancon', 'Nimes', 'Orleans'].includes(city)) count('city', 'noAccents');
    }
    expect(odd).toEqual(truth.oddSpellings[file]);
  }
});

test('duplicates within billing share a key that is spelled otherwise', () => {
  const rows = new Map(billing.map((row) => [row.account_number!, row]));
  const counts = { movedSameEmail: 0, movedSamePhone: 0, enteredTwice: 0, total: 0 };
  for (const person of base.persons) {
    if (!person.secondAccount) continue;
    const first = rows.get(person.id)!;
    const second = rows.get(person.secondAccount.number)!;
    counts.total += 1;
    counts[second.phone === '' ? 'movedSameEmail' : second.email === '' ? 'movedSamePhone' : 'enteredTwice'] += 1;
    if (second.email !== '') expect(second.email).not.toBe(first.email);
    if (second.phone !== '') expect(second.phone).not.toBe(first.phone);
    for (const column of ['contract', 'monthly_charge_minor', 'tenure_months', 'late_payments']) {
      expect(second[column]).toBe(first[column]);
    }
  }
  expect(counts).toEqual(truth.duplicates);
  expect(counts.total).toBe(truth.rows['billing.csv']! - truth.persons);
});

test('components over normalised e-mail and phone are the stated number, at least 99 % of persons are whole, none mixed', () => {
  // A flood over an explicit graph of keys and rows: another way than the generator's own.
  const rows = Object.entries(files).flatMap(([file, list]) =>
    list.map((row) => ({ id: row[keyOf[file as keyof typeof keyOf]]!, keys: exactKeys(row) })),
  );
  const holders = Map.groupBy(
    rows.flatMap((row) => row.keys.map((key) => ({ key, row }))),
    ({ key }) => key,
  );
  const component = new Map<string, number>();
  let components = 0;
  for (const start of rows) {
    if (component.has(start.id)) continue;
    components += 1;
    const open = [start];
    for (let row = open.pop(); row; row = open.pop()) {
      if (component.has(row.id)) continue;
      component.set(row.id, components);
      for (const key of row.keys) for (const other of holders.get(key)!) open.push(other.row);
    }
  }
  const ofPerson = Map.groupBy(component, ([id]) => personOf.get(id)!.id);
  const whole = [...ofPerson.values()].filter((list) => new Set(list.map(([, number]) => number)).size === 1);
  const ofComponent = Map.groupBy(component, ([, number]) => number);
  const mixed = [...ofComponent.values()].filter((list) => new Set(list.map(([id]) => personOf.get(id)!.id)).size > 1);

  expect(rows.length).toBe(truth.identity.rows);
  expect(components).toBe(truth.identity.components);
  expect(components).toBe(truth.persons + truth.identity.staysUnderOldPhone + truth.identity.staysUnderOldEmail);
  expect(whole.length).toBe(truth.identity.reunited);
  expect(whole.length / truth.persons).toBeGreaterThanOrEqual(0.99);
  expect(mixed.length).toBe(truth.identity.mixed);
  expect(mixed.length).toBe(0);
});

test('each billing person is one component, so contracts and risk can be counted after deduplication', () => {
  const ofPerson = new Map(billing.map((row) => [personOf.get(row.account_number!)!.id, row]));
  const people = [...ofPerson.values()];
  const contracts = Map.groupBy(people, (row) => row.contract!);
  for (const [contract, count] of Object.entries(truth.contracts)) expect(contracts.get(contract)?.length).toBe(count);
  const atRisk = people.filter(
    (row) => row.contract === 'Month-to-month' && (Number(row.tenure_months) <= 12 || Number(row.late_payments) >= 2),
  );
  expect(atRisk.length).toBe(truth.response.atRisk.persons);
  expect(atRisk.length).toBe(base.persons.filter(isAtRisk).length);
});

test('phones are valid French mobiles, personal, and mails end in a domain that is nobody’s', () => {
  for (const person of base.persons.slice(0, 2_000)) {
    expect(parsePhoneNumber(person.phone)).toMatchObject({ country: 'FR', number: person.phone });
    expect(parsePhoneNumber(person.phone)?.isValid()).toBe(true);
    expect(parsePhoneNumber(person.phone)?.getType()).toBe('MOBILE');
  }
  const phones = base.persons.flatMap((person) => [person.phone, person.oldPhone]);
  const emails = base.persons.flatMap((person) => [person.email, person.oldEmail]);
  expect(new Set(phones).size).toBe(phones.length);
  expect(new Set(emails).size).toBe(emails.length);
  for (const email of emails) expect(email).toMatch(/^[a-z.]+\d*(\.ancien)?@[a-z]+\.example\.(com|org|net)$/);
});

test('the history has all six categories, bounded, in the past, under keys of the files', () => {
  const keys = new Set(
    Object.entries(files).flatMap(([file, rows]) => rows.map((row) => row[keyOf[file as keyof typeof keyOf]])),
  );
  const byCategory = Object.fromEntries(
    [...Map.groupBy(events, (event) => event.category)].map(([category, list]) => [category, list.length]),
  );
  expect(byCategory).toEqual(truth.events.byCategory);
  expect(new Set(Object.keys(byCategory))).toEqual(new Set(CATEGORIES));
  expect(events.length).toBe(truth.events.total);
  expect(new Set(events.map((event) => event.messageId)).size).toBe(events.length);
  expect(events.length / truth.persons).toBeLessThan(8);
  const latest = new Date(now).toISOString();
  expect(events.filter((event) => !keys.has(event.key) || event.time >= latest)).toEqual([]);
});

test('a number of customers that cannot be is refused with what was expected and what came', () => {
  expect(() => generate({ seed: 1, customers: 0, now })).toThrow(/expected a whole number from 1 to \d+, got 0/);
  expect(() => generate({ seed: Number.NaN, now })).toThrow('seed: expected a whole number, got NaN');
});
