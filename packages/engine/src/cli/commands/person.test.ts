import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { importRecords } from '../../customers/index.ts';
import { openSqlite } from '../../store/index.ts';
import { createWiring } from '../wiring.ts';
import { addPerson } from './person.ts';

let folder: string;
let url: string;
let printed: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'osicam-person-'));
  url = `sqlite:${join(folder, 'base.sqlite')}`;
  printed = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((printed += String(text)), true));
  const db = await openSqlite(url);
  await db.write((tx) =>
    importRecords(
      tx,
      [
        {
          identities: [
            { kind: 'email', value: 'ann@example.com' },
            { kind: 'userId', value: 'shared' },
          ],
          traits: { name: 'Ann Quill' },
          events: [{ type: 'order', category: 'order', time: 1_700_000_000_000, properties: { total: 5 } }],
          consents: [{ channel: 'email', purpose: 'offers', granted: true, source: 'form', proof: 'form 7' }],
        },
        { identities: [{ kind: 'callerId', value: 'shared' }], traits: { name: 'Ben' } },
      ],
      { now: 1_700_000_000_000, source: 'test' },
    ),
  );
  await db.close();
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

async function osicam(...args: string[]): Promise<string> {
  const program = new Command().exitOverride();
  addPerson(
    program,
    createWiring(() => undefined),
  );
  printed = '';
  await program.parseAsync(['person', ...args, '--db', url], { from: 'user' });
  return printed;
}

test('a person is shown by number, by a key with its kind, and by a value of any kind; a value of two people names neither', async () => {
  for (const key of ['#1', 'email:Ann@Example.com', 'ann@example.com']) {
    const shown = await osicam('show', key);
    expect(shown).toContain('Ann Quill (#1)');
    expect(shown).toContain('yes offers by email');
  }
  expect(JSON.parse(await osicam('show', '#2', '--json'))).toMatchObject({ id: 2, name: 'Ben', timeline: [{}] });
  await expect(osicam('show', 'shared')).rejects.toThrow('a key of 2 customers (#1, #2)');
  await expect(osicam('show', 'nobody@example.com')).rejects.toThrow('there is no customer nobody@example.com');
});

test('an export is one document of a stated form, and a file of it is read by its owner alone', async () => {
  expect(JSON.parse(await osicam('export', '#1'))).toMatchObject({
    format: 'osicam/person@1',
    customer: { id: 1, knownSince: '2023-11-14T22:13:20.000Z', traits: { name: 'Ann Quill' } },
    identities: [{ kind: 'email', value: 'ann@example.com' }, { kind: 'userId' }],
    consents: [{ purpose: 'offers', granted: true, proof: 'form 7' }],
    events: [{ type: 'order', time: '2023-11-14T22:13:20.000Z', properties: { total: 5 } }],
    loops: [],
    mergedFrom: [],
  });
  const file = join(folder, 'ann.json');
  await osicam('export', '#1', '--out', file);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ format: 'osicam/person@1' });
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('an erasure counts first, and does it with --yes: also in what channels have written', async () => {
  mkdirSync(join(folder, 'out'));
  const list = join(folder, 'out', 'calls.csv');
  writeFileSync(list, 'customer,name,script\n1,Ann Quill,"Ask Ann,\nann@example.com"\n2,Ben,"Ask\nBen"\n');
  expect(await osicam('erase', '#1')).toContain('Would erase customer 1: 1 customers, 2 identities, 1 events');
  expect(await osicam('show', '#1')).toContain('Ann Quill');

  expect(JSON.parse(await osicam('erase', '#1', '--yes', '--json'))).toMatchObject({
    customer: 1,
    dryRun: false,
    counts: { identities: 2, recordsInFiles: 1 },
  });
  await expect(osicam('show', '#1')).rejects.toThrow('there is no customer #1');
  expect(await osicam('show', '#2')).toContain('Ben (#2)');
  expect(readFileSync(join(folder, 'base.sqlite')).includes('Ann Quill')).toBe(false);
  expect(readFileSync(list, 'utf8')).toBe(
    'customer,name,script\nx,xxxxxxxxx,"xxxxxxx,\nxxxxxxxxxxxxxxx"\n2,Ben,"Ask\nBen"\n',
  );
});
