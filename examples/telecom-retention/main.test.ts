import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  createLedger,
  expectation,
  generate,
  isAtRisk,
  isSleepingDog,
  isValuable,
  type Person,
  TREATMENTS,
} from './index.ts';

const main = join(import.meta.dirname, 'main.ts');

test('the command writes the files and prints their truth', () => {
  const out = mkdtempSync(join(tmpdir(), 'telecom-retention-'));
  try {
    const printed = execFileSync(process.execPath, [main, '--customers', '200', '--seed', '3', '--out', out], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    expect(new Set(readdirSync(out))).toEqual(
      new Set(['analysis.csv', 'billing.csv', 'call-centre.csv', 'events.jsonl', 'truth.json']),
    );
    expect(JSON.parse(printed)).toEqual(JSON.parse(readFileSync(join(out, 'truth.json'), 'utf8')));
    expect(JSON.parse(printed)).toMatchObject({ seed: 3, persons: 200 });
  } finally {
    rmSync(out, { recursive: true });
  }
});

test.each([
  [[], 'expected --out DIR'],
  [['--out', '/tmp/never', '--now', 'soon'], '--now: expected an ISO 8601 instant, got "soon"'],
  [['--out', '/tmp/never', '--customers', 'many'], 'customers: expected a whole number'],
  [['--colour'], "Unknown option '--colour'"],
])('wrong usage %j ends with 2 and says what was expected', (args, message) => {
  const { status, stderr } = spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' });
  expect(status).toBe(2);
  expect(stderr).toContain(message);
});

// The README's tables are promises: every figure in them is looked up or computed again.
const readme = readFileSync(join(import.meta.dirname, 'README.md'), 'utf8');
const base = generate({ seed: 1, now: Date.UTC(2026, 0, 5) });
const cells = readme
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
const figure = (text: string) => Number(text.replaceAll(/[,%+ ]/g, ''));

test('the counts in the README are those of the truth', () => {
  const stated = cells.filter(([path, count]) => path?.startsWith('`') && /^[\d,]+$/.test(count!));
  expect(stated.length).toBe(18);
  for (const [quoted, count] of stated as [string, string][]) {
    const path = quoted.slice(1, -1);
    const [head, ...rest] = path.split('.') as [keyof typeof base.truth, ...string[]];
    const section = base.truth[head] as unknown;
    const value =
      typeof section === 'object'
        ? ((section as Record<string, unknown>)[rest.join('.')] ??
          (section as Record<string, Record<string, unknown>>)[rest[0]!]?.[rest[1]!])
        : section;
    expect([path, value]).toEqual([path, figure(count)]);
  }
});

test('the effects in the README are those of the model', () => {
  const atRisk = base.persons.filter(isAtRisk);
  const tickets = (person: Person) => person.caller?.tickets ?? 0;
  const groups: Record<string, readonly Person[]> = {
    all: base.persons,
    'month-to-month': base.persons.filter((person) => person.contract === 'Month-to-month'),
    'at risk': atRisk,
    'at risk, valuable': atRisk.filter(isValuable),
    'at risk, had a ticket': atRisk.filter((person) => tickets(person) > 0),
    'at risk, no ticket': atRisk.filter((person) => tickets(person) === 0),
    'at risk, sleeping dogs': atRisk.filter(isSleepingDog),
  };
  const stated = cells.filter((row) => row.length === 6 && row[2]!.endsWith(' %'));
  expect(stated.map(([name]) => name)).toEqual(Object.keys(groups));
  for (const [name, ...figures] of stated) {
    const persons = groups[name!]!;
    const expected = TREATMENTS.map((treatment) => expectation(persons.map((person) => ({ person, treatment }))));
    const points = (share: number) => Number((100 * share).toFixed(1));
    expect([name, ...figures.map(figure)]).toEqual([
      name,
      persons.length,
      points(expected[0]!.control),
      ...expected.map(({ uplift }) => points(uplift)),
    ]);
  }
});

test('the truth beside what the loop found is that of everybody at risk', () => {
  const ledger = createLedger(base);
  for (const { id } of base.persons.filter(isAtRisk))
    ledger.note({ id, channel: 'webhook', address: '', customerKey: id, turn: 1, at: base.now });
  const arms = ledger.truth(1).arms as { port: string; uplift: number }[];
  for (const { port, uplift } of arms) {
    const row = cells.find(([name]) => name === `turn 1, \`${port}\``);
    expect([port, Number(row?.at(-1))]).toEqual([port, Number((100 * uplift).toFixed(1))]);
  }
});
