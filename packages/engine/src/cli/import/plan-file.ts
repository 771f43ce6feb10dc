import type { Command } from 'commander';
import { Option } from 'commander';
import { pathText } from '../../loop/index.ts';
import type { SourceType, ToldIssue } from '../../plugin/index.ts';
import { toldIssues, z } from '../../plugin/index.ts';
import { CliError } from '../cli-error.ts';
import { readJsonFile } from '../read-json-file.ts';
import type { Wiring } from '../wiring.ts';

/** How a file is to be read, as the command line says it; what it leaves out the mapping says. */
export interface FileOptions {
  key?: string;
  kind?: string;
  map?: string;
  format?: string;
  encoding?: string;
  delimiter?: string;
  decimal?: string;
  /** Commander's name for `--no-header`. */
  header?: boolean;
  columns?: string;
}

/** A source with its settings, ready to be read. */
export interface Planned {
  type: SourceType;
  settings: unknown;
  connections: Readonly<Record<string, string>>;
}

export function addFileOptions(command: Command): void {
  command
    .option('--map <file>', 'JSON: what becomes of columns, and which events, consents and relationships rows tell of')
    .option('--key <column>', 'the column that identifies a customer; left out, the first one named like an id')
    .option('--kind <word>', 'what the key is called, so that several files can use the same (default: key)')
    .addOption(new Option('--format <name>', 'what the file is').choices(['csv', 'json-lines', 'parquet']))
    .option('--encoding <name>', 'how the file writes letters, as windows-1252 (default: utf-8)')
    .addOption(new Option('--delimiter <sign>', 'what stands between columns').choices([',', ';', 'tab', '|', 'space']))
    .addOption(new Option('--decimal <sign>', 'how the file writes numbers').choices(['point', 'comma']))
    .option('--no-header', 'the first line of the file is a row, and does not name the columns')
    .option('--columns <names>', 'names of the columns with commas between, instead of those in the file');
}

/** The source that reads a file, and its settings: those of the mapping, and over them what the command line says. */
export async function planFile(file: string, options: FileOptions, wiring: Pick<Wiring, 'registry'>): Promise<Planned> {
  const type = await sourceOf(wiring, 'collect/file');
  const { key, kind, format, encoding, delimiter, decimal, header, columns } = options;
  const said = {
    path: file,
    key,
    format,
    encoding,
    delimiter,
    decimal,
    identityKind: kind,
    // Commander says true where nothing was said.
    header: header === false ? false : undefined,
    names: columns?.split(',').map((name) => name.trim()),
  };
  return { type, settings: settingsOf(type, said, options.map), connections: {} };
}

export async function sourceOf(wiring: Pick<Wiring, 'registry'>, name: string): Promise<SourceType> {
  const type = (await wiring.registry()).get(name);
  if (type?.contract === 'source') return type;
  throw new CliError(`no plugin of this installation offers ${name}, which reads customers`);
}

/** What the command line says over what the mapping says. */
export function settingsOf(
  type: SourceType,
  said: Readonly<Record<string, unknown>>,
  map: string | undefined,
): unknown {
  const given = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
  const mapping = map === undefined ? {} : readMapping(map, type);
  const settings = type.settings.safeParse({ ...mapping, ...given });
  if (settings.success) return settings.data;
  const issues = toldIssues(settings.error);
  const isTold = (path: PropertyKey[]) => path[0] !== undefined && Object.hasOwn(given, path[0]);
  const usage = issues.every(({ path }) => isTold(path));
  throw new CliError(`${usage ? '' : `${map}: `}${describe(issues)}`, usage ? 2 : 1);
}

/** A mapping document: the settings of the source but for the path. A word that means nothing there is a mistake. */
function readMapping(file: string, { settings }: SourceType): object {
  const document = readJsonFile(file);
  const shape = settings instanceof z.ZodObject ? settings.shape : {};
  const known = Object.keys(shape).filter((name) => name !== 'path');
  if (typeof document !== 'object' || document === null || Array.isArray(document))
    throw new CliError(
      `${file}: expected an object with ${known.join(', ')}, got ${JSON.stringify(document).slice(0, 60)}`,
    );
  const unknown = Object.keys(document).filter((name) => !known.includes(name) && !name.startsWith('$'));
  if (unknown.length > 0 && known.length > 0)
    throw new CliError(
      `${file}: expected some of ${known.join(', ')}, got ${unknown.map((name) => JSON.stringify(name)).join(', ')}`,
    );
  return Object.fromEntries(Object.entries(document).filter(([name]) => !name.startsWith('$')));
}

const describe = (issues: readonly ToldIssue[]): string =>
  issues.map(({ path, message }) => `${pathText(path as (string | number)[])}: ${message}`).join('; ');
