import { existsSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import cliProgress from 'cli-progress';
import type { Command } from 'commander';
import { Option } from 'commander';
import type { SourcePreview } from '../../plugin/index.ts';
import { CliError } from '../cli-error.ts';
import type { ImportResult } from '../import/import-file.ts';
import { importFile } from '../import/import-file.ts';
import { printJson, printLine, table, tell } from '../print.ts';
import { readJsonFile } from '../read-json-file.ts';
import { stderrLog } from '../stderr-log.ts';
import type { Wiring } from '../wiring.ts';

interface ImportOptions {
  db: string;
  key?: string;
  kind?: string;
  map?: string;
  encoding?: string;
  rejects?: string;
  json?: boolean;
}

/** `osicam import`: a file into the customer base. */
export function addImport(program: Command, wiring: Pick<Wiring, 'registry' | 'openDatabase'>): void {
  program
    .command('import')
    .description('Bring customers from a CSV or JSON Lines file into a database; a second time changes nothing')
    .argument('<file>', 'a CSV file, or JSON Lines where the name ends in .jsonl or .ndjson')
    .addOption(
      new Option('--db <url>', 'the database, as sqlite:<path>, a path (created where there is none), or postgres://…')
        .env('OSICAM_DATABASE_URL')
        .makeOptionMandatory(),
    )
    .option('--key <column>', 'the column that identifies a customer; left out, the first one named like an id')
    .option('--kind <word>', 'what the key is called, so that several files can use the same', 'key')
    .option('--map <file>', 'JSON: column → "ignore", or { "trait", "type", "identity" }')
    .option('--encoding <name>', 'how the file writes letters, as windows-1252', 'utf-8')
    .option('--rejects <file>', 'where rows go that cannot be read; left out, beside the file')
    .option('--json', 'print one JSON document')
    .action(async (file: string, options: ImportOptions) => {
      const result = await runImport(file, options, wiring);
      if (options.json) printJson(result);
      else printLine(describeImport(result));
    });
}

async function runImport(
  file: string,
  options: ImportOptions,
  wiring: Pick<Wiring, 'registry' | 'openDatabase'>,
): Promise<ImportResult> {
  const type = (await wiring.registry()).get('collect/file');
  if (type?.contract !== 'source')
    throw new CliError('no plugin of this installation offers collect/file, which reads customers');
  const settings = type.settings.safeParse({
    path: file,
    identityKind: options.kind,
    encoding: options.encoding,
    ...(options.key === undefined ? {} : { key: options.key }),
    ...(options.map === undefined ? {} : { map: readJsonFile(options.map) }),
  });
  if (!settings.success) {
    const problems = settings.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new CliError(problems.join('; '), options.map === undefined ? 2 : 1);
  }
  const rejects = options.rejects ?? join(dirname(file), `${basename(file, extname(file))}.rejects.csv`);
  if (options.rejects !== undefined && !existsSync(dirname(rejects)))
    throw new CliError(`the folder of ${rejects} does not exist`);

  const stop = new AbortController();
  const onSignal = () => stop.abort(new Error('it was interrupted'));
  process.once('SIGINT', onSignal);
  const progress = new ImportProgress();
  try {
    return await importFile({
      type,
      settings: settings.data,
      source: `import ${basename(file)}`,
      url: options.db,
      openDatabase: wiring.openDatabase,
      rejects,
      now: Date.now(),
      signal: stop.signal,
      log: stderrLog,
      onPreview: (preview) => {
        for (const line of describePreview(file, preview)) tell(line);
        progress.start();
      },
      onProgress: (rows, part) => progress.update(rows, part),
    });
  } finally {
    progress.stop();
    process.off('SIGINT', onSignal);
  }
}

/** A bar on a terminal, a line every few seconds elsewhere. */
class ImportProgress {
  #bar: cliProgress.SingleBar | undefined;
  #said = performance.now();

  start(): void {
    if (!process.stderr.isTTY) return;
    const format = 'importing {bar} {percentage} %  {rows} rows  {duration_formatted}';
    this.#bar = new cliProgress.SingleBar({ format, clearOnComplete: true, stream: process.stderr, fps: 5 });
    this.#bar.start(1000, 0, { rows: 0 });
  }

  update(rows: number, progress: number): void {
    const count = rows.toLocaleString('en-US');
    if (this.#bar) return this.#bar.update(Math.floor(progress * 1000), { rows: count });
    if (performance.now() - this.#said < 3000) return;
    this.#said = performance.now();
    tell(`importing: ${count} rows, ${Math.floor(progress * 100)} %`);
  }

  stop(): void {
    this.#bar?.stop();
  }
}

function describePreview(file: string, { columns, rows, key, format }: SourcePreview): string[] {
  const share = (missing: number) => (rows > 0 && missing > 0 ? `${Math.ceil((missing / rows) * 100)} %` : '');
  return [
    `${file}: ${format}${key === undefined ? '' : `, key ${key}`}`,
    table(
      ['column', 'type', 'trait', 'identity', 'missing', 'examples'],
      columns.map(({ name, type, trait = '–', identity = '', missing, examples }) => [
        name,
        type,
        trait,
        identity,
        share(missing),
        examples.join(', ').slice(0, 40),
      ]),
    ),
    '',
  ];
}

function describeImport(result: ImportResult): string {
  const { rows, created, updated, unchanged, rejected, misfits, conflicts, seconds, rejects } = result;
  const lines = [
    table(
      ['rows', 'created', 'updated', 'unchanged', 'rejected', 'seconds'],
      [[rows, created, updated, unchanged, rejected, seconds]],
    ),
  ];
  for (const [column, count] of Object.entries(misfits))
    lines.push(`${count} ${count === 1 ? 'value' : 'values'} of ${column} did not fit its type and stayed as written`);
  if (conflicts > 0) lines.push(`${conflicts} identities stayed with the customers who had them first`);
  if (rejects !== null) lines.push(`rejected rows, with line and reason: ${rejects}`);
  return lines.join('\n');
}
