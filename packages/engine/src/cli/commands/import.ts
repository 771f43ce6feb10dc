import { existsSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import cliProgress from 'cli-progress';
import type { Command } from 'commander';
import type { SourcePreview } from '../../plugin/index.ts';
import { CliError } from '../cli-error.ts';
import type { ImportResult } from '../import/import-file.ts';
import { importFile } from '../import/import-file.ts';
import type { FileOptions, Planned } from '../import/plan-file.ts';
import { addFileOptions, planFile } from '../import/plan-file.ts';
import type { TableOptions } from '../import/plan-table.ts';
import { addTableOptions, planTable } from '../import/plan-table.ts';
import { printJson, printLine, table, tell } from '../print.ts';
import { stderrLog } from '../stderr-log.ts';
import type { Wiring } from '../wiring.ts';
import { databaseOption } from '../options.ts';

interface ImportOptions extends FileOptions, TableOptions {
  db?: string;
  rejects?: string;
  dryRun?: boolean;
  json?: boolean;
}

/** `osicam import`: a file into the customer base. */
export function addImport(program: Command, wiring: Pick<Wiring, 'config' | 'registry' | 'openDatabase'>): void {
  const command = program
    .command('import')
    .description(
      'Bring customers, and what happened to them, from a file or a table into a database; a second time changes nothing',
    )
    .argument('[file]', 'CSV, JSON Lines (.jsonl, .ndjson) or Parquet, also packed as .gz; or a table: see --from')
    .addOption(databaseOption('; a path where there is none is created'))
    .option('--dry-run', 'show what the file holds and what would become of it, and touch no database')
    .option('--rejects <file>', 'where rows go that cannot be read; left out, beside the file')
    .option('--json', 'print one JSON document');
  addFileOptions(command);
  addTableOptions(command);
  command.action(async (named: string | undefined, options: ImportOptions) => {
    if ((named === undefined) === (options.from === undefined))
      throw new CliError('expected either a file or --from <url> with --table or --query', 2);
    const planned = named === undefined ? await planTable(options, wiring) : await planFile(named, options, wiring);
    const file = named ?? options.table ?? 'query';
    if (options.dryRun) {
      const preview = await previewOf(planned);
      if (options.json) printJson(preview);
      else printLine(describePreview(file, preview, { whole: true }).join('\n'));
      return;
    }
    const { db } = options;
    if (db === undefined)
      throw new CliError('expected --db <url>, the database that the file is brought into, or --dry-run', 2);
    const result = await runImport(file, { ...options, db }, planned, wiring);
    if (options.json) printJson(result);
    else printLine(describeImport(result));
  });
}

async function previewOf({ type, settings, connections }: Planned): Promise<SourcePreview> {
  const signal = new AbortController().signal;
  const about = { now: Date.now(), log: stderrLog, signal, connections };
  const context = { settings, cursor: undefined, folder: process.cwd(), ...about };
  const preview = await type.preview?.(context).catch((error: unknown) => {
    throw new CliError(error instanceof Error ? error.message : String(error));
  });
  if (!preview) throw new CliError(`the node type ${type.type} reads nothing`);
  return preview;
}

async function runImport(
  file: string,
  options: ImportOptions & { db: string },
  { type, settings, connections }: Planned,
  wiring: Pick<Wiring, 'openDatabase'>,
): Promise<ImportResult> {
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
      settings,
      connections,
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

/** `whole`: with the first records, and what would be refused of the sample. */
function describePreview(
  file: string,
  { columns, rows, key, format, problem, records = [], rejects = [], refused = 0, misfits = {} }: SourcePreview,
  { whole = false } = {},
): string[] {
  const share = (missing: number) => (rows > 0 && missing > 0 ? `${Math.ceil((missing / rows) * 100)} %` : '');
  const lines = [
    `${file}: ${format}${key === undefined ? '' : `, key ${key}`}`,
    table(
      ['column', 'type', 'becomes', 'missing', 'examples'],
      columns.map(({ name, type, becomes, missing, examples, dates = [] }) => [
        name,
        dates.length > 0 ? `${type} (${dates.join(' or ')}?)` : type,
        becomes.join(', ') || '–',
        share(missing),
        examples.join(', ').slice(0, 40),
      ]),
    ),
    '',
  ];
  if (!whole) return lines;
  if (problem !== undefined) return [...lines, problem];
  if (records[0]) lines.push('the first row becomes', JSON.stringify(records[0], null, 2), '');
  for (const [column, count] of Object.entries(misfits)) lines.push(didNotFit(column, count));
  lines.push(`${refused.toLocaleString('en-US')} of the first ${rows.toLocaleString('en-US')} rows would be refused`);
  for (const { line, reason } of rejects) lines.push(`  line ${line}: ${reason}`);
  return lines;
}

const didNotFit = (column: string, count: number): string =>
  `${count} ${count === 1 ? 'value' : 'values'} of ${column} did not fit its type and stayed as written`;

function describeImport(result: ImportResult): string {
  const { rows, created, updated, unchanged, rejected, misfits, conflicts, seconds, rejects } = result;
  const { events, knownEvents, consents, relationships } = result;
  const lines = [
    table(
      ['rows', 'created', 'updated', 'unchanged', 'rejected', 'seconds'],
      [[rows, created, updated, unchanged, rejected, seconds]],
    ),
  ];
  const count = (what: number) => what.toLocaleString('en-US');
  if (events + knownEvents > 0) lines.push(`events: ${count(events)} new, ${count(knownEvents)} known already`);
  if (consents > 0) lines.push(`consents given or refused anew: ${count(consents)}`);
  if (relationships > 0) lines.push(`customers whose relationships changed: ${count(relationships)}`);
  for (const [column, misfit] of Object.entries(misfits)) lines.push(didNotFit(column, misfit));
  for (const [trait, count] of Object.entries(result.aside))
    lines.push(
      `${count} ${count === 1 ? 'value' : 'values'} of ${trait} ${count === 1 ? 'is' : 'are'} kept aside, not of the type that it is declared to be`,
    );
  if (conflicts > 0) lines.push(`${conflicts} identities stayed with the customers who had them first`);
  if (rejects !== null) lines.push(`rejected rows, with line and reason: ${rejects}`);
  return lines.join('\n');
}
