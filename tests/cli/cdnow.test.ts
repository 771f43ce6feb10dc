import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { RuleGroup } from '../../packages/engine/src/rule/index.ts';
import { ruleToSql } from '../../packages/engine/src/rule/index.ts';
import { openSqlite } from '../../packages/engine/src/store/index.ts';
import { folder, osicamJson, root, write } from './osicam.ts';

interface Import {
  rows: number;
  created: number;
  unchanged: number;
  rejected: number;
  events: number;
  knownEvents: number;
}

const example = join(root, 'examples/cdnow');
const mapping = join(example, 'mapping.json');

/** How many customers a rule of the example selects. */
async function count(file: string, orders: number): Promise<number> {
  const rule = JSON.parse(readFileSync(join(example, `rules/orders-${orders}.json`), 'utf8')) as RuleGroup;
  const db = await openSqlite(file);
  try {
    const { sql, parameters } = ruleToSql(rule, { now: Date.UTC(2026, 0, 1) });
    const found = await db.read((tx) =>
      tx.first<{ n: number }>(`SELECT count(*) AS n FROM customer WHERE ${sql}`, parameters),
    );
    return found?.n ?? 0;
  } finally {
    await db.close();
  }
}

const lines = [
  ' 00001 19970101  1   11.77',
  ' 00002 19970112  1   12.00',
  ' 00002 19970112  5   77.00',
  // The same twice: two purchases.
  ' 00003 19970102  2   20.76',
  ' 00003 19970102  2   20.76',
  ...Array.from({ length: 10 }, (_, i) => ` 00004 199702${String(i + 10)}  1   ${i}.07`),
];
const named = `customer_id date number_of_cds dollar_value\r\n${lines.join('\r\n')}\r\n`;

test('a file of purchases becomes orders in minor units, lines that are alike stay apart, and a second time changes nothing', async () => {
  const directory = folder();
  const db = join(directory, 'cdnow.sqlite');
  const args = ['import', write(directory, 'purchases.txt', named), '--map', mapping, '--db', db];
  expect(await osicamJson<Import>(args)).toMatchObject({
    rows: 15,
    created: 4,
    events: 15,
    knownEvents: 0,
    rejected: 0,
  });
  expect(await osicamJson<Import>(args)).toMatchObject({ rows: 15, created: 0, events: 0, knownEvents: 15 });
  // Under another name and without its header it is the same file.
  const bare = write(directory, 'bare.txt', `${lines.join('\n')}\n`);
  const columns = ['--no-header', '--columns', 'customer_id,date,number_of_cds,dollar_value'];
  expect(await osicamJson<Import>(['import', bare, '--map', mapping, '--db', db, ...columns])).toMatchObject({
    created: 0,
    events: 0,
    knownEvents: 15,
  });
  expect([await count(db, 1), await count(db, 2), await count(db, 10)]).toEqual([4, 3, 1]);
  const base = await openSqlite(db);
  const orders = await base.read((tx) =>
    tx.all(
      `SELECT event.time, event.category, json(properties) AS properties FROM event
       JOIN identity ON identity.customer = event.customer
       WHERE kind = 'customer' AND value = '00002' ORDER BY event.id`,
    ),
  );
  await base.close();
  expect(orders).toEqual([
    {
      time: Date.UTC(1997, 0, 12),
      category: 'order',
      properties: '{"quantity":1,"value":1200,"currency":"USD"}',
    },
    {
      time: Date.UTC(1997, 0, 12),
      category: 'order',
      properties: '{"quantity":5,"value":7700,"currency":"USD"}',
    },
  ]);
});

const whole = join(root, '../shared/data/cdnow-master.txt');
test.runIf(existsSync(whole))(
  'the purchases of CDNOW give the counts that are known of them, by rules alone',
  async () => {
    const db = join(folder(), 'cdnow.sqlite');
    const args = ['import', whole, '--map', mapping, '--db', db];
    expect(await osicamJson<Import>(args)).toMatchObject({
      rows: 69_659,
      created: 23_570,
      events: 69_659,
      rejected: 0,
    });
    expect(await osicamJson<Import>(args)).toMatchObject({ created: 0, events: 0, knownEvents: 69_659 });
    expect([await count(db, 1), await count(db, 2), await count(db, 10)]).toEqual([23_570, 11_662, 1154]);
  },
);
