import { spawn } from 'node:child_process';
import { copyFileSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { openSqlite } from '../../packages/engine/src/store/index.ts';
import { folder } from '../cli/osicam.ts';

/** The file of an engine that has ended as it should, with some customers in it. */
async function soundFile(): Promise<string> {
  const file = join(folder(), 'sound.sqlite');
  const db = await openSqlite(file, { engine: true });
  await db.write((tx) =>
    tx.runMany(
      'INSERT INTO customer (created_at, updated_at, traits) VALUES (0, 0, jsonb(?))',
      Array.from({ length: 500 }, (_, i) => [JSON.stringify({ name: `Somebody ${i}`, story: 'x'.repeat(300) })]),
    ),
  );
  await db.close();
  return file;
}

const page = 4096;
const damages: Record<string, { damage: (file: string) => void; says: RegExp }> = {
  'that is something else': {
    damage: (file) => writeFileSync(file, Buffer.alloc(9_000, 'no database ')),
    says: /it is not a SQLite database: expected a file that OSICAM has made, or a new name/,
  },
  'whose beginning is gone': {
    damage: (file) => writeFileSync(file, readFileSync(file).fill('?', 0, 16)),
    says: /it is not a SQLite database/,
  },
  'that was cut in half': {
    damage: (file) => truncateSync(file, Math.floor(statSync(file).size / 2 / page) * page),
    says: /it is damaged.*restore a backup/,
  },
  'with a page that was overwritten': {
    damage: (file) => {
      const bytes = readFileSync(file);
      const middle = Math.floor(bytes.length / page / 2) * page;
      writeFileSync(file, bytes.fill(0xff, middle, middle + 64));
    },
    says: /it is damaged.*restore a backup/,
  },
};

for (const [what, { damage, says }] of Object.entries(damages))
  test(`a file ${what} is refused at the start, with what to do, and stays as it was`, async () => {
    const file = `${await soundFile()}.copy`;
    copyFileSync(file.slice(0, -'.copy'.length), file);
    damage(file);
    const before = readFileSync(file);
    await expect(openSqlite(file, { engine: true })).rejects.toMatchObject({
      name: 'StoreError',
      message: expect.stringMatching(says),
    });
    expect(readFileSync(file).equals(before)).toBe(true);
    // And whoever mends it can: nothing holds it.
    copyFileSync(file.slice(0, -'.copy'.length), file);
    await (await openSqlite(file, { engine: true })).close();
  });

test('a second process on the same file is refused with a clear word, and let in when the first is killed', async () => {
  const file = await soundFile();
  const store = fileURLToPath(new URL('../../packages/engine/src/store/index.ts', import.meta.url));
  const script = `const { openSqlite } = await import(${JSON.stringify(store)});
    await openSqlite(${JSON.stringify(file)}, { engine: true });
    console.log('open');
    setInterval(() => {}, 1000);`;
  const first = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void first.kill('SIGKILL'));
  await new Promise((resolve) => first.stdout.once('data', resolve));
  await expect(openSqlite(file, { engine: true })).rejects.toThrow(
    /another engine works on the database .*: stop the other osicam process, or name another database/,
  );
  const gone = new Promise((resolve) => first.once('exit', resolve));
  first.kill('SIGKILL');
  await gone;
  await (await openSqlite(file, { engine: true })).close();
});
