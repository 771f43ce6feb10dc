import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Database } from '../store/index.ts';
import { openTestDatabase } from '../store/test-database.ts';
import { importRecords } from './import-records.ts';

let db: Database;
beforeEach(async () => {
  db = await openTestDatabase();
});
afterEach(() => db.close());

const bring = (consents: { granted: boolean; at?: number; proof?: string }[], now: number) =>
  db.write((tx) =>
    importRecords(
      tx,
      [
        {
          identities: [{ kind: 'key', value: 'a' }],
          traits: {},
          consents: consents.map((consent) => ({ channel: 'email', purpose: 'marketing', source: 'file', ...consent })),
        },
      ],
      { now, source: 'test' },
    ),
  );
const stored = () =>
  db.read((tx) => tx.all<{ at: number; granted: number }>('SELECT at, granted FROM consent ORDER BY at'));

test('a consent of a file stands from when it was given, and a second time changes nothing', async () => {
  expect((await bring([{ granted: true, at: 500, proof: 'form' }], 1_000)).consents).toBe(1);
  expect((await bring([{ granted: true, at: 500, proof: 'form' }], 2_000)).consents).toBe(0);
  expect(await stored()).toEqual([{ at: 500, granted: 1 }]);
});

test('what was said before what stands is history, and what is said for later is said now', async () => {
  await bring([{ granted: false }], 1_000);
  expect((await bring([{ granted: true, at: 400, proof: 'form' }], 2_000)).consents).toBe(1);
  expect((await bring([{ granted: true, at: 9_000, proof: 'form' }], 3_000)).consents).toBe(1);
  expect(await stored()).toEqual([
    { at: 400, granted: 1 },
    { at: 1_000, granted: 0 },
    { at: 3_000, granted: 1 },
  ]);
});
