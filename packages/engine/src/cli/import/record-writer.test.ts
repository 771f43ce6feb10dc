import { expect, test } from 'vitest';
import { packRecords } from '../../customers/index.ts';
import { openSqlite, saveSegment } from '../../store/index.ts';
import { BatchWriter } from './record-writer.ts';

const records = (plans: readonly string[]) =>
  packRecords(plans.map((plan, i) => ({ identities: [{ kind: 'key', value: `c${i}` }], traits: { plan } })));

test('an import has its customers’ memberships asked again where there are segments, and costs nothing where there are none', async () => {
  const db = await openSqlite('sqlite::memory:');
  const asked = () => db.read((tx) => tx.all('SELECT due, customer FROM segment_timer ORDER BY customer'));
  const write = async (plans: readonly string[], now: number) => {
    const writer = new BatchWriter(db, { url: '', now, source: 'test' }, () => undefined);
    await writer.write(records(plans));
    await writer.close();
  };
  await write(['gold', 'tin'], 5);
  expect(await asked()).toEqual([]);
  await db.write((tx) => saveSegment(tx, { id: 'gold', name: 'Gold', rule: '{}', now: 6 }));
  await write(['gold', 'gold', 'tin'], 7);
  expect(await asked()).toEqual([
    { due: 7, customer: 1 },
    { due: 7, customer: 2 },
    { due: 7, customer: 3 },
  ]);
  await db.close();
});
