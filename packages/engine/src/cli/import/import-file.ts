import v8 from 'node:v8';
import { declaredTraits, packRecords } from '../../customers/index.ts';
import type { SourceColumn, SourceContext, SourcePreview, SourceType } from '../../plugin/index.ts';
import type { Database } from '../../store/index.ts';
import { isPostgres } from '../../store/index.ts';
import { CliError } from '../cli-error.ts';
import { readAsDeclared } from './declared-columns.ts';
import type { Tally } from './record-writer.ts';
import { BatchWriter, ThreadWriter } from './record-writer.ts';
import { RejectFile } from './reject-file.ts';

export interface ImportResult {
  /** Rows of data, the rejected ones included: created, updated, unchanged and rejected add up to it. */
  rows: number;
  created: number;
  updated: number;
  unchanged: number;
  rejected: number;
  /** Events that are new, and those that were known already. */
  events: number;
  knownEvents: number;
  /** Permissions given or refused that differ from what stood. */
  consents: number;
  /** Customers whose relationships have changed. */
  relationships: number;
  /** Values that did not fit the type of their column and were kept as text. */
  misfits: Record<string, number>;
  /** Values of each trait that are kept aside because they are not of its declared type. */
  aside: Record<string, number>;
  /** Identities that stayed with the customer who had them first. */
  conflicts: number;
  key: string | undefined;
  columns: readonly SourceColumn[];
  seconds: number;
  /** The file with the rejected rows; null when there are none. */
  rejects: string | null;
}

export interface ImportParts {
  type: SourceType;
  settings: unknown;
  connections?: Readonly<Record<string, string>>;
  /** As rows name their source in the history of traits. */
  source: string;
  url: string;
  openDatabase: (url: string) => Promise<Database>;
  rejects: string;
  now: number;
  signal: AbortSignal;
  log: SourceContext<unknown>['log'];
  onPreview: (preview: SourcePreview) => void;
  onProgress: (rows: number, progress: number) => void;
}

/** Streams a file into the customer base. What is wrong with the file as a whole is found before the database is touched. */
export async function importFile(parts: ImportParts): Promise<ImportResult> {
  const begun = performance.now();
  const { type, settings, now, signal, log, url } = parts;
  const { read, preview } = type;
  if (!read || !preview) throw new CliError(`the node type ${type.type} reads nothing`);
  const { connections = {} } = parts;
  const context = { settings, now, log, signal, connections, cursor: undefined, folder: process.cwd() };
  let told = await preview(context).catch((error: unknown) => {
    throw new CliError(error instanceof Error ? error.message : String(error));
  });

  if (told.problem !== undefined) {
    parts.onPreview(told);
    throw new CliError(told.problem);
  }

  // Here rather than in the thread: a database from a newer version is refused before anything starts.
  const db = await parts.openDatabase(url);
  const asDeclared = readAsDeclared(type, settings, told, await db.read(declaredTraits));
  if (asDeclared !== undefined) {
    context.settings = asDeclared;
    told = await preview(context);
  }
  parts.onPreview(told);
  const rejects = new RejectFile(parts.rejects);
  const total = {
    created: 0,
    updated: 0,
    unchanged: 0,
    conflicts: 0,
    events: 0,
    knownEvents: 0,
    consents: 0,
    relationships: 0,
  };
  const refused: Tally['refused'] = [];
  const aside = new Map<string, number>();
  const onTally = (tally: Tally) => {
    for (const count of Object.keys(total) as (keyof typeof total)[]) total[count] += tally[count];
    refused.push(...tally.refused);
    for (const [trait, count] of Object.entries(tally.aside)) aside.set(trait, (aside.get(trait) ?? 0) + count);
  };
  const misfits: Record<string, number> = {};
  const options = { url, now, source: parts.source };
  // A server of its own does its work beside this process already.
  const writer =
    isInMemory(url) || isPostgres(url) ? new BatchWriter(db, options, onTally) : new ThreadWriter(options, onTally);
  try {
    let sent = 0;
    for await (const chunk of read(context)) {
      signal.throwIfAborted();
      if (chunk.records.length > 0) await writer.write(packRecords(chunk.records));
      sent += chunk.records.length;
      await rejects.add([...(chunk.rejects ?? []), ...refused.splice(0)]);
      for (const [column, count] of Object.entries(chunk.misfits ?? {}))
        misfits[column] = (misfits[column] ?? 0) + count;
      keepYoungGenerationSmall();
      parts.onProgress(sent + rejects.count, chunk.progress ?? 0);
    }
    await writer.close();
    await rejects.add(refused.splice(0));
  } catch (error) {
    // What was read before is sound, and the thread must end.
    await writer.close().catch(() => undefined);
    const rows = total.created + total.updated + total.unchanged;
    const reason = error instanceof Error ? error.message : String(error);
    throw new CliError(
      `the import stopped: ${reason}. ${rows} rows are in; the same command again goes through them without a change ` +
        'and imports the rest.',
    );
  } finally {
    await rejects.close();
    await db.close();
  }
  return {
    rows: total.created + total.updated + total.unchanged + rejects.count,
    ...total,
    rejected: rejects.count,
    misfits,
    aside: Object.fromEntries(aside),
    key: told.key,
    columns: told.columns,
    seconds: Math.round(performance.now() - begun) / 1000,
    rejects: rejects.count > 0 ? rejects.path : null,
  };
}

/**
 * V8 lets the space for new objects grow to 96 MB in this thread, for rows that are gone in a moment. From 4 MB on it is
 * told to grow no further: a hundred megabytes less, for a tenth more time in this thread.
 */
function keepYoungGenerationSmall(): void {
  const young = v8.getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space');
  if ((young?.space_size ?? 0) >= 4 << 20) v8.setFlagsFromString('--semi-space-growth-factor=1');
}

/** Only the connection that has it can see it. */
const isInMemory = (url: string): boolean => /^(sqlite:(\/\/)?)?(:memory:)?$/.test(url);
