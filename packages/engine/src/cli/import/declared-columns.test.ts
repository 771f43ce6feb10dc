import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openSqlite } from '../../store/index.ts';
import { addImport } from '../commands/import.ts';
import { addSchema } from '../commands/schema.ts';
import { createWiring } from '../wiring.ts';

test('a column of a declared trait is read as what it is declared to be, and what does not spell that is kept aside', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'osicam-declared-'));
  onTestFinished(async () => {
    vi.restoreAllMocks();
    await rm(folder, { recursive: true });
  });
  let printed = '';
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((printed += String(text)), true));
  const database = `sqlite:${join(folder, 'base.sqlite')}`;
  const osicam = async (...args: string[]): Promise<unknown> => {
    const program = new Command().exitOverride();
    addImport(
      program,
      createWiring(() => undefined),
    );
    addSchema(
      program,
      createWiring(() => undefined),
    );
    printed = '';
    await program.parseAsync([...args, '--db', database, '--json'], { from: 'user' });
    return JSON.parse(printed) as unknown;
  };
  const given = async (name: string, content: string) => {
    await writeFile(join(folder, name), content);
    return join(folder, name);
  };
  await osicam('import', await given('first.csv', 'id,zip\na,1\n'));
  const schema = { format: 'osicam/schema@1', traits: { months: { type: 'number' }, zip: { type: 'text' } } };
  const file = await given('schema.json', JSON.stringify(schema));
  expect(await osicam('schema', 'apply', file, '--dry-run')).toMatchObject({
    dryRun: true,
    changes: [{ place: 'trait months' }, { place: 'trait zip' }],
  });
  expect(await osicam('schema', 'show')).toMatchObject({ traits: {} });
  expect(await osicam('schema', 'apply', file)).toMatchObject({ dryRun: false });
  expect(await osicam('schema', 'apply', file)).toEqual({ dryRun: false, changes: [] });

  // Without the declaration a column of codes and numbers would be text, and one of numbers alone a number.
  const people = await given('people.csv', 'id,months,zip\na,12,10115\nb,about 7,80331\nc,3,20095\n');
  expect(await osicam('import', people)).toMatchObject({
    created: 2,
    updated: 1,
    misfits: { months: 1 },
    aside: { months: 1 },
  });
  const db = await openSqlite(database);
  onTestFinished(() => db.close());
  expect(await db.read((tx) => tx.all('SELECT json(traits) AS traits FROM customer ORDER BY id'))).toMatchObject([
    { traits: expect.stringContaining('"zip":"10115"') },
    { traits: expect.not.stringContaining('months') },
    { traits: expect.stringContaining('"months":3,"zip":"20095"') },
  ]);
  expect(await db.read((tx) => tx.all('SELECT customer, name, value FROM misfit'))).toEqual([
    { customer: 2, name: 'months', value: '"about 7"' },
  ]);
});
