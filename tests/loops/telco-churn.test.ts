import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import type { Run } from '../cli/osicam.ts';
import { complaintFree, folder, nodeOf, osicam, osicamJson, root, whereSomebodyIsLost, write } from '../cli/osicam.ts';

const loop = join(root, 'examples/telco-churn/loop.json');
/** IBM's file, which is no part of the repository: whoever has it puts it beside the checkout. */
const real = join(root, '../shared/data/telco-churn.csv');

const columns = (
  'customerID,gender,SeniorCitizen,Partner,Dependents,tenure,PhoneService,MultipleLines,InternetService,OnlineSecurity,' +
  'OnlineBackup,DeviceProtection,TechSupport,StreamingTV,StreamingMovies,Contract,PaperlessBilling,PaymentMethod,' +
  'MonthlyCharges,TotalCharges,Churn'
).split(',');

/** A small file of the same columns, with every contract, service and tenure in it, and blanks where IBM's has them. */
function likeIt(count: number): string {
  const of = <T>(list: readonly T[], i: number) => list[i % list.length] as T;
  const rows = Array.from({ length: count }, (_, i) => {
    const tenure = (i * 7) % 73;
    const values: Record<string, string | number> = {
      customerID: `${String(i).padStart(4, '0')}-LIKEIT`,
      gender: of(['Female', 'Male'], i),
      SeniorCitizen: i % 6 === 0 ? 1 : 0,
      tenure,
      InternetService: of(['DSL', 'Fiber optic', 'Fiber optic', 'No'], i),
      Contract: of(['Month-to-month', 'Month-to-month', 'One year', 'Month-to-month', 'Two year'], i),
      PaymentMethod: of(['Electronic check', 'Mailed check', 'Bank transfer (automatic)'], i),
      MonthlyCharges: (20 + (i % 90) + 0.35).toFixed(2),
      TotalCharges: tenure === 0 ? ' ' : ((20 + (i % 90)) * tenure).toFixed(1),
      Churn: of(['No', 'No', 'Yes'], i),
    };
    return columns.map((column) => values[column] ?? of(['Yes', 'No'], i)).join(',');
  });
  return `${[columns.join(','), ...rows].join('\n')}\n`;
}

/** What is in a file, counted in the plainest way there is: no value of it holds a comma or a quote. */
function countIn(text: string) {
  const [header = '', ...lines] = text.trimEnd().split(/\r?\n/);
  const names = header.split(',');
  const rows = lines.map((line) => Object.fromEntries(line.split(',').map((value, i) => [names[i] ?? '', value])));
  const contract = (name: string) => rows.filter((row) => row.Contract === name);
  return {
    customers: rows.length,
    monthToMonth: contract('Month-to-month').length,
    oneYear: contract('One year').length,
    twoYear: contract('Two year').length,
    newOnFibre: contract('Month-to-month').filter(
      (row) => row.InternetService === 'Fiber optic' && Number(row.tenure) <= 12,
    ).length,
    blankCharges: rows.filter((row) => row.TotalCharges?.trim() === '').length,
  };
}

function figuresOf(run: Run): ReturnType<typeof countIn> {
  const contract = nodeOf(run, 'contract').ports;
  return {
    customers: run.customers,
    monthToMonth: contract['month to month'] ?? -1,
    oneYear: contract['one year'] ?? -1,
    twoYear: contract['two year'] ?? -1,
    newOnFibre: nodeOf(run, 'risk').ports['new on fibre'] ?? -1,
    blankCharges: nodeOf(run, 'billed').ports['not billed yet'] ?? -1,
  };
}

function expectNobodyLost(run: Run): void {
  expect(whereSomebodyIsLost(run)).toEqual([]);
  expect(run.enrollments).toBe(run.customers);
  expect(nodeOf(run, 'customers')).toMatchObject({ entered: run.customers, ports: { entered: run.customers } });
  expect(nodeOf(run, 'summary').entered).toBe(run.customers * run.turns);
  expect(run.nodes.reduce((sum, { parked }) => sum + parked, 0)).toBe(0);
}

const files = [
  { of: 'a file like IBM’s', count: 600, make: () => write(folder(), 'like-it.csv', likeIt(600)) },
  ...(existsSync(real) ? [{ of: 'IBM’s own file', count: 7043, make: () => real }] : []),
];

describe.each(files)('the churn loop on $of', ({ count, make }) => {
  test('shows what can be counted in the file, and loses nobody', async () => {
    const file = make();
    const expected = countIn(readFileSync(file, 'utf8'));
    expect(expected.customers).toBe(count);
    expect(Object.values(expected).every((figure) => figure > 0)).toBe(true);

    const db = join(folder(), 'churn.sqlite');
    const outcome = await osicam(['run', loop, '--customers', file, '--key', 'customerID', '--db', db, '--json']);
    expect(outcome).toMatchObject({ code: 0, stderr: complaintFree });
    const run = JSON.parse(outcome.stdout) as Run;
    expect(figuresOf(run)).toEqual(expected);
    expectNobodyLost(run);
    expect(run).toMatchObject({ turns: 1, messages: { sent: nodeOf(run, 'desk').entered, failed: 0 } });

    // A blank is no value: not a zero, not an empty text, and no reason to turn a row away.
    const base = new DatabaseSync(db, { readOnly: true });
    const ask = (where: string) =>
      Number(base.prepare(`SELECT count(*) AS count FROM customer WHERE ${where}`).get()?.count);
    expect(ask("traits ->> 'TotalCharges' IS NULL")).toBe(expected.blankCharges);
    expect(ask("traits ->> 'TotalCharges' IN (0, '', ' ')")).toBe(0);
    expect(ask("json_type(traits, '$.TotalCharges') IN ('real', 'integer')")).toBe(count - expected.blankCharges);
    // The outcome is written back to everybody.
    expect(ask("traits ->> 'turnsSeen' = 1")).toBe(count);
    base.close();
  });

  test('goes round a second time with everybody in it', async () => {
    const file = make();
    const run = await osicamJson<Run>(['run', loop, '--customers', file, '--key', 'customerID', '--turns', '2']);
    expectNobodyLost(run);
    expect(run.turns).toBe(2);
    expect(figuresOf(run).newOnFibre).toBe(2 * countIn(readFileSync(file, 'utf8')).newOnFibre);
    expect(run.reports.map(({ node, turn }) => `${node} ${turn}`).sort()).toEqual([
      'summary 1',
      'summary 2',
      'uplift 1',
      'uplift 2',
    ]);
  });
});

test('the command of the README gives the figures of the README', async () => {
  const readme = readFileSync(join(root, 'examples/telco-churn/README.md'), 'utf8');
  const command = /^npx osicam (run .*)$/m.exec(readme)?.[1]?.split(' ') ?? [];
  expect(command).toContain('examples/telco-churn/loop.json');
  const told = [...readme.matchAll(/^\|.*\| +([\d,]+) \|$/gm)].map(([, figure = '']) =>
    Number(figure.replace(',', '')),
  );
  expect(told).toEqual([7043, 3875, 1473, 1695, 916, 11]);

  // Without IBM's file the same command runs on one like it, in its place.
  const customers = command.indexOf('--customers') + 1;
  expect(join(root, command[customers] ?? '')).toBe(real);
  if (!existsSync(real)) command[customers] = write(folder(), 'like-it.csv', likeIt(600));
  const expected = existsSync(real) ? told : Object.values(countIn(likeIt(600)));
  const outcome = await osicam(command);
  expect(outcome).toMatchObject({ code: 0, stderr: complaintFree });
  expect(Object.values(figuresOf(JSON.parse(outcome.stdout) as Run))).toEqual(expected);
});
