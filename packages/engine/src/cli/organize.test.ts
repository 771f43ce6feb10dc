import { expect, test } from 'vitest';
import { testEngine } from '../runner/test-engine.ts';
import { organize } from './organize.ts';

const ann = {
  firstName: 'Ann',
  lastName: 'Thornquist',
  birthDate: '1980-04-03',
  street: '12 High Street',
  postcode: 'LS1 4AB',
};

async function base() {
  const { db, engine, people } = await testEngine([]);
  const crowd = Array.from({ length: 600 }, (_, i) => ({
    firstName: ['Bob', 'Cid', 'Dan', 'Eve', 'Fay', 'Gil'][i % 6] as string,
    lastName: ['Ray', 'Smith', 'Jones', 'Brown', 'Green', 'Hill', 'Wood'][i % 7] as string,
    birthDate: `19${40 + (i % 59)}-0${1 + (i % 9)}-${10 + (i % 17)}`,
    street: `${i} Mill Road`,
    postcode: `YO${i % 97} 2ZZ`,
  }));
  await people([
    ...crowd,
    ann,
    { ...ann, firstName: 'Anne' },
    // Nothing but the name and the town says that it is her.
    { firstName: 'Ann', lastName: 'Thornquist', postcode: 'LS1 4AB' },
  ]);
  return { db, engine };
}

test('a dry run says what would be merged and proposed, and changes nothing', async () => {
  const { db } = await base();
  const result = await organize(db, { now: 1 });
  expect(result).toMatchObject({
    customers: 603,
    dryRun: true,
    merged: result.merges.length,
    thresholds: { merge: 0.95, propose: 0.8 },
  });
  expect(result.merges).toContainEqual(expect.objectContaining({ customer: 602, into: 601 }));
  expect(await db.read((tx) => tx.all('SELECT * FROM merge'))).toEqual([]);
});

test('who is certain is merged with why, others are proposed, and thresholds can be given', async () => {
  const { db, engine } = await base();
  const result = await organize(db, { engine, thresholds: { merge: 0.99, propose: 0.05 }, now: 1 });
  expect(result).toMatchObject({ merged: 1, dryRun: false, thresholds: { merge: 0.99, propose: 0.05 } });
  expect(await db.read((tx) => tx.all('SELECT customer, into_customer, actor FROM merge'))).toEqual([
    { customer: 602, into_customer: 601, actor: 'organize' },
  ]);
  const open = await db.read((tx) => tx.all("SELECT customer, other FROM merge_proposal WHERE state = 'open'"));
  expect(open).toContainEqual({ customer: 601, other: 603 });
  // Once more there is nothing new to do.
  expect(await organize(db, { engine, thresholds: { merge: 0.99, propose: 0.05 }, now: 2 })).toMatchObject({
    merged: 0,
  });
  await expect(organize(db, { thresholds: { merge: 0.5, propose: 0.9 }, now: 1 })).rejects.toThrow('propose');
});
