import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import type { AttributeView, SchemaChange, SchemaFile, SchemaView } from '../../customers/index.ts';
import type { Database } from '../../store/index.ts';
import { CliError } from '../cli-error.ts';
import { printJson, printLine, table, tell } from '../print.ts';
import { readJsonFile } from '../read-json-file.ts';
import type { Wiring } from '../wiring.ts';
import { databaseOption } from '../options.ts';

interface Options {
  db: string;
  json?: boolean;
}

interface ApplyOptions extends Options {
  dryRun?: boolean;
  prune?: boolean;
}

/** `osicam schema`: what traits and event types there are. Works on the database itself, also beside a server that runs on it. */
export function addSchema(program: Command, wiring: Wiring): void {
  const schema = program
    .command('schema')
    .description('Show which traits and event types there are, and declare them by a file');
  const on = (command: Command) =>
    command.addOption(databaseOption().makeOptionMandatory()).option('--json', 'print one JSON document');

  on(
    schema
      .command('show')
      .description(
        'Show traits and event types, declared and inferred; with --json what is declared, as a file for apply',
      ),
  ).action(async (options: Options) => {
    const { describeSchema, readSchemaFile } = await import('../../customers/index.ts');
    await onDatabase(options, wiring, async (db) => {
      if (options.json) return printJson(await db.read(readSchemaFile));
      describe(await db.read(describeSchema));
    });
  });

  on(
    schema
      .command('apply')
      .description('Declare what a file says, and show what that changes')
      .argument('<file>', 'JSON as osicam schema show --json prints it')
      .option('--dry-run', 'show what it would change, and change nothing')
      .option('--prune', 'take back what is declared and not in the file'),
  ).action((file: string, options: ApplyOptions) => apply(file, options, wiring));
}

class DryRun extends Error {}

async function apply(file: string, options: ApplyOptions, wiring: Wiring): Promise<void> {
  const { applySchemaFile, parseSchemaFile, SchemaError } = await import('../../customers/index.ts');
  const { syncTraitIndexes } = await import('../../store/index.ts');
  try {
    const wanted: SchemaFile = parseSchemaFile(readJsonFile(file));
    await onDatabase(options, wiring, async (db) => {
      let changes: SchemaChange[] = [];
      const by = { prune: options.prune === true, actor: 'osicam schema apply', now: Date.now() };
      await db
        .write(async (tx) => {
          changes = await applySchemaFile(tx, wanted, by);
          // What was changed is taken back with the transaction.
          if (options.dryRun) throw new DryRun();
        }, 'life')
        .catch((error: unknown) => {
          if (!(error instanceof DryRun)) throw error;
        });
      if (!options.dryRun) await syncTraitIndexes(db);
      if (options.json) return printJson({ dryRun: options.dryRun === true, changes });
      for (const { place, before, after } of changes) printLine(describeChange(place, before, after));
      const said = changes.length === 1 ? '1 difference' : `${changes.length} differences`;
      tell(
        changes.length === 0 ? 'nothing differs' : options.dryRun ? `${said}; nothing was changed` : `${said} applied`,
      );
    });
  } catch (error) {
    throw error instanceof SchemaError ? new CliError(`${file}: ${error.message}`) : error;
  }
}

async function onDatabase({ db: url }: Options, wiring: Wiring, work: (db: Database) => Promise<void>): Promise<void> {
  const path = /^[a-z][a-z0-9+]+:/i.test(url) ? /^sqlite:(?:\/\/)?(.*)$/i.exec(url)?.[1] : url;
  if (path !== undefined && !existsSync(path))
    throw new CliError(`there is no database ${path}: name it with --db, or start osicam serve once, which makes it`);
  const db = await wiring.openDatabase(url);
  try {
    await work(db);
  } finally {
    await db.close();
  }
}

const percent = (share: number | null): string => (share === null ? '–' : `${Math.round(share * 100)} %`);

function describe({ closed, sampled, traits, events }: SchemaView): void {
  const row = (one: AttributeView, prefix = '') => [
    `${prefix}${one.name}`,
    one.type,
    one.declared ? 'declared' : 'inferred',
    one.category,
    [one.pii ? 'personal' : '', one.indexed ? 'indexed' : ''].filter(Boolean).join(', '),
    percent(one.share),
    one.misfits,
    one.label ?? '',
  ];
  const rows = [
    ...traits.map((one) => row(one)),
    ...events.flatMap((event) => [
      [
        event.type,
        'event',
        event.declared ? 'declared' : 'inferred',
        event.category,
        '',
        percent(event.share),
        event.misfits,
        event.label ?? '',
      ],
      ...event.properties.map((one) => row(one, '  ')),
    ]),
  ];
  printLine(table(['name', 'type', 'said', 'category', 'marks', 'have it', 'kept aside', 'label'], rows));
  printLine(
    `${closed ? 'closed: what is not in this list is kept aside' : 'open: what is not in this list is taken in'}; shares of ${sampled.customers} customers and the latest ${sampled.events} events`,
  );
}

function describeChange(place: string, before: object | null, after: object | null): string {
  const [was, is] = [before ?? {}, after ?? {}] as [Record<string, unknown>, Record<string, unknown>];
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])];
  const parts = names.flatMap((name) => {
    const [old, made] = [JSON.stringify(was[name]), JSON.stringify(is[name])];
    if (old === made) return [];
    return [before && after && old !== undefined ? `${name} ${old} → ${made ?? 'none'}` : `${name} ${made ?? old}`];
  });
  const mark = before === null ? '+' : after === null ? '-' : '~';
  return `${mark} ${place}: ${parts.join(', ')}`;
}
