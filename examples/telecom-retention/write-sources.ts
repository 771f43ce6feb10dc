import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify/sync';
import type { TelecomBase } from './generate.ts';
import type { Source } from './sources.ts';

const CHUNK = 1_000;

/** Writes the three files, `events.jsonl` and `truth.json`; gives back their paths. */
export async function writeSources(base: TelecomBase, folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const written: string[] = [];
  const write = async (file: string, chunks: Iterable<string>) => {
    const path = join(folder, file);
    await pipeline(Readable.from(chunks), createWriteStream(path));
    written.push(path);
  };
  for (const source of Object.values(base.sources)) await write(source.file, csv(source));
  await write('events.jsonl', lines(base.events));
  const truth = join(folder, 'truth.json');
  await writeFile(truth, `${JSON.stringify(base.truth, null, 2)}\n`);
  return [...written, truth];
}

function* csv({ columns, rows }: Source): Generator<string> {
  yield stringify([columns]);
  for (let from = 0; from < rows.length; from += CHUNK) {
    const cells = rows.slice(from, from + CHUNK).map((row) => row.cells);
    yield stringify(cells, { columns: [...columns] });
  }
}

function* lines(items: readonly unknown[]): Generator<string> {
  for (let from = 0; from < items.length; from += CHUNK) {
    yield items
      .slice(from, from + CHUNK)
      .map((item) => `${JSON.stringify(item)}\n`)
      .join('');
  }
}
