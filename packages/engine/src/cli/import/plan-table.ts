import type { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { connectionsOf } from '../config.ts';
import type { Wiring } from '../wiring.ts';
import type { Planned } from './plan-file.ts';
import { settingsOf, sourceOf } from './plan-file.ts';

/** Which table is to be read, as the command line says it. */
export interface TableOptions {
  from?: string;
  table?: string;
  query?: string;
  cursor?: string;
  rowKey?: string;
  key?: string;
  kind?: string;
  map?: string;
}

export function addTableOptions(command: Command): void {
  command
    .option(
      '--from <url>',
      'a database to read: postgres://…, mysql://…, sqlite:<path>, or a connection of osicam.config.json',
    )
    .option('--table <name>', 'the table of it')
    .option('--query <select>', 'a query instead of a table')
    .option('--cursor <column>', 'the column by which it is read, which grows with every change, as updated_at')
    .option('--row-key <columns>', 'the columns that no two rows share; left out, the primary key');
}

/** The name that the address on the command line goes by: no loop can have it. */
const unnamed = '--from';

/** The source that reads a table, and its settings: those of the mapping, and over them what the command line says. */
export async function planTable(options: TableOptions, wiring: Pick<Wiring, 'registry' | 'config'>): Promise<Planned> {
  const type = await sourceOf(wiring, 'collect/table');
  const { from = '', table, query, cursor, rowKey, key, kind, map } = options;
  const isAddress = /^[a-z]+:/.test(from);
  const said = {
    connection: isAddress ? unnamed : from,
    table,
    query,
    cursor,
    key,
    identityKind: kind,
    rowKey: rowKey?.split(',').map((name) => name.trim()),
  };
  const settings = settingsOf(type, said, map);
  const problems = type.check?.(settings) ?? [];
  if (problems.length > 0)
    throw new CliError(problems.map(({ path, message }) => `--${path.join('.')}: ${message}`).join('; '), 2);
  return { type, settings, connections: isAddress ? { [unnamed]: from } : connectionsOf(wiring.config()) };
}
