import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { importRecords } from '../../customers/index.ts';
import { openSqlite } from '../../store/index.ts';
import { createReaders } from './readers.ts';

const patience = { timeout: 60_000 };
const plan = (value: string) => ({ combinator: 'and', rules: [{ field: 'plan', operator: '=', value }] });

async function aBase() {
  const folder = mkdtempSync(join(tmpdir(), 'osicam-readers-'));
  const url = `sqlite:${join(folder, 'base.sqlite')}`;
  const db = await openSqlite(url);
  await db.write((tx) =>
    importRecords(
      tx,
      ['gold', 'tin', 'gold'].map((value, i) => ({
        identities: [{ kind: 'email', value: `c${i}@example.com` }],
        traits: { name: `C ${i}`, plan: value },
      })),
      { now: 5, source: 'test' },
    ),
  );
  const readers = createReaders(url);
  onTestFinished(async () => {
    await readers.stop();
    await db.close();
    rmSync(folder, { recursive: true });
  });
  return { db, readers };
}

test('whom a rule selects is told with some of them, and what is committed meanwhile is seen', patience, async () => {
  const { db, readers } = await aBase();
  const asked = () => readers.ask('previewRule', [plan('gold'), { now: 10 }]);
  expect(await asked()).toMatchObject({
    count: 2,
    total: 3,
    sample: [
      { id: 1, name: 'C 0', email: 'c0@example.com', updatedAt: 5 },
      { id: 3, name: 'C 2' },
    ],
  });
  await db.write((tx) => tx.run("UPDATE customer SET traits = jsonb('{}') WHERE id = 1"));
  expect(await asked()).toMatchObject({ count: 1, sample: [{ id: 3 }] });
});

test('a rule that is not sound, or leads to itself, is refused with its place', patience, async () => {
  const { readers } = await aBase();
  const wrong = { combinator: 'and', rules: [{ field: 'plan', operator: 'is', value: 1 }] };
  await expect(readers.ask('previewRule', [wrong, { now: 10 }])).rejects.toMatchObject({
    status: 422,
    problems: [{ path: 'rule.rules[0].operator', level: 'error' }],
  });
  const own = { combinator: 'and', rules: [{ field: '$segment.own', operator: '=', value: true }] };
  await expect(readers.ask('previewRule', [own, { id: 'own', now: 10 }])).rejects.toThrow('leads to itself');
});

test('what nobody waits for any more is not asked, and the newest question has its answer', patience, async () => {
  const { readers } = await aBase();
  const old = Array.from({ length: 20 }, () => new AbortController());
  const overtaken = old.map(({ signal }) => readers.ask('previewRule', [plan('tin'), { now: 10 }], signal));
  for (const each of old) each.abort();
  const newest = readers.ask('previewRule', [plan('gold'), { now: 10 }]);
  for (const { status } of await Promise.allSettled(overtaken)) expect(status).toBe('rejected');
  expect(await newest).toMatchObject({ count: 2 });
  await expect(readers.ask('previewRule', [plan('tin'), { now: 10 }], AbortSignal.abort())).rejects.toMatchObject({
    code: 'overtaken',
  });
});
