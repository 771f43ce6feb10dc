import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parse } from 'csv-parse';
import { importFile } from '../../packages/engine/src/cli/import/import-file.ts';
import { openDatabase } from '../../packages/engine/src/cli/open-database.ts';
import type { SourceType } from '../../packages/engine/src/plugin/index.ts';
import { file as fileNode } from '../../packages/plugins/src/collect/file/index.ts';
import type { Bench } from './bench.ts';
import { alternate, withoutDatabase } from './bench.ts';
import type { Measure } from './child.ts';
import { inChild } from './child.ts';
import { now } from './engine.ts';
import { median, ratioOf, rounded } from './figures.ts';

const columns = 'customerID,name,email,phone,Contract,tenure,MonthlyCharges,since';
const contracts = ['Month-to-month', 'Month-to-month', 'One year', 'Two year'];
const cities = ['Berlin', 'Hamburg', 'München', 'Köln', 'Frankfurt', 'Stuttgart', 'Düsseldorf'];

/** A row of an operator’s export, in order of its key; one phone in eight is missing. */
function row(i: number): string {
  const key = `C${String(i).padStart(8, '0')}`;
  const phone = i % 8 === 0 ? '' : `+49 30 ${String(1_000_000 + (i % 9_000_000))}`;
  const since = new Date(Date.UTC(2018, 0, 1) + (i % 2_900) * 86_400_000).toISOString().slice(0, 10);
  const name = `"Customer ${i}, ${cities[i % cities.length]}"`;
  return `${key},${name},customer${i}@example.com,${phone},${contracts[i % 4]},${i % 73},${(18 + (i % 1_000) / 10).toFixed(2)},${since}\n`;
}

function* lines(rows: number): Generator<string> {
  yield `${columns}\n`;
  for (let first = 1; first <= rows; first += 1_000) {
    let text = '';
    for (let i = first; i < first + 1_000 && i <= rows; i++) text += row(i);
    yield text;
  }
}

const seconds = (since: number) => (performance.now() - since) / 1000;

const measures: Record<string, Measure> = {
  async prepare({ csv, rows }) {
    const start = performance.now();
    await pipeline(Readable.from(lines(Number(rows))), createWriteStream(csv as string));
    return { seconds: seconds(start) };
  },

  /** What `osicam import` does, from looking at the file to the last commit. */
  async osicam({ csv, database, rows }) {
    const start = performance.now();
    const result = await importFile({
      type: fileNode as SourceType,
      settings: fileNode.settings.parse({ path: csv }),
      source: 'import bench',
      url: database as string,
      openDatabase,
      rejects: `${csv}.rejects`,
      now,
      signal: new AbortController().signal,
      log: { info: () => {}, warn: (message) => console.error(message) },
      onPreview: () => {},
      onProgress: () => {},
    });
    const took = seconds(start);
    if (result.created !== Number(rows) || result.rejected > 0)
      throw new Error(`expected ${rows} customers, got ${result.created}, and ${result.rejected} rejected rows`);
    return { seconds: took };
  },

  async floor({ csv, rows }) {
    const start = performance.now();
    let count = 0;
    const parser = createReadStream(csv as string).pipe(parse({ from_line: 2 }));
    parser.on('data', () => count++);
    await new Promise((resolve, reject) => parser.once('end', resolve).once('error', reject));
    if (count !== Number(rows)) throw new Error(`expected ${rows} rows, got ${count}`);
    return { seconds: seconds(start) };
  },
};

export const bench: Bench = {
  name: 'import',
  describe: 'rows of a CSV of eight columns into the customer base',
  measures,
  async run({ folder, rows = 1_000_000, runs = 3, say }) {
    const csv = join(folder, 'customers.csv');
    const database = join(folder, 'import.sqlite');
    say(`writing a file of ${rows} rows`);
    await inChild('import', 'prepare', { csv, rows: `${rows}` });
    // Once before it counts: stripping types from files that were never run takes 130 MB, and only the first time.
    const first = { csv: join(folder, 'first.csv'), rows: '1000' };
    await inChild('import', 'prepare', first);
    await withoutDatabase(database, () => inChild('import', 'osicam', { ...first, database }));
    const done = await alternate(runs, say, {
      floor: () => inChild('import', 'floor', { csv, rows: `${rows}` }),
      osicam: () => withoutDatabase(database, () => inChild('import', 'osicam', { csv, database, rows: `${rows}` })),
    });
    const value = median(done.osicam.map((run) => run.seconds));
    const floor = median(done.floor.map((run) => run.seconds));
    return {
      name: 'import',
      value: rounded(value),
      unit: 's',
      floor: rounded(floor),
      ratio: ratioOf(floor, value),
      goal: 0.4,
      runs,
      peakMemoryMB: Math.max(...done.osicam.map((run) => run.peakMemoryMB)),
      memoryGoalMB: 300,
      rows,
      fileMB: Math.round((await stat(csv)).size / 1e6),
      rowsPerSecond: rounded(rows / value),
      floorIs: 'csv-parse alone over the same file',
    };
  },
};
