import { declaredTraits, importRecords } from '../../customers/index.ts';
import { pathText } from '../../loop/index.ts';
import type { Log, Registry, Reject, SourceRecord, SourceType } from '../../plugin/index.ts';
import { toldIssues, z } from '../../plugin/index.ts';
import type { Engine, RunningVersion } from '../../runner/index.ts';
import type { ImportSummary } from '../../server/index.ts';
import { nothingImported, ServerError } from '../../server/index.ts';
import type { Database } from '../../store/index.ts';
import { askMembershipsAgain } from '../../store/index.ts';
import { readAsDeclared } from '../import/declared-columns.ts';
import { RejectFile } from '../import/reject-file.ts';

export type { ImportSummary };

/** How many rejected rows an answer names; the rest are counted, and all of them are in the file of rejects. */
const rejectsShown = 100;

/** Records a transaction: more at once take less time, and everybody else waits longer. */
const batchSize = 2_500;

/** The node type that reads files, from whatever plugin of this installation offers it. */
export function fileReader(registry: Registry): SourceType {
  const type = registry.get('collect/file');
  if (type?.contract === 'source' && type.read) return type;
  throw new ServerError(422, 'no-reader', 'no plugin of this installation offers collect/file, which reads files');
}

/** The settings of the node type, from a mapping that says nothing else. */
export function fileSettings(type: SourceType, settings: Readonly<Record<string, unknown>>): unknown {
  const known = type.settings instanceof z.ZodObject ? Object.keys(type.settings.shape) : Object.keys(settings);
  const unknown = Object.keys(settings).filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new ServerError(422, 'settings', `expected some of ${known.join(', ')}, got ${unknown.join(', ')}`);
  const parsed = type.settings.safeParse(settings);
  if (parsed.success) return parsed.data;
  throw new ServerError(
    422,
    'settings',
    toldIssues(parsed.error)
      .map(({ path, message }) => `${pathText(path as (string | number)[])}: ${message}`)
      .join('; '),
  );
}

export interface ImportOptions {
  /** What its owner calls it. */
  name: string;
  key?: string;
  /** Its customers enter this published loop. */
  loop?: string;
  /** The settings of the node type, but for the path. */
  mapping?: Record<string, unknown>;
  folder: string;
  /** Where rows go that cannot be read. */
  rejects?: string;
  signal?: AbortSignal;
  onProgress?: (summary: ImportSummary, progress: number) => void;
}

interface ImportParts {
  engine: Engine;
  db: Database;
  registry: Registry;
  log: Log;
  now: () => number;
}

/** What an import would be run with; throws where the mapping is not sound or the loop is not published. */
export function planImport(
  { engine, registry }: Pick<ImportParts, 'engine' | 'registry'>,
  file: string,
  { key, loop, mapping = {} }: Pick<ImportOptions, 'key' | 'loop' | 'mapping'>,
): { type: SourceType; settings: unknown; version: RunningVersion | undefined; entry: string | undefined } {
  const version = loop === undefined ? undefined : engine.newest(loop);
  if (loop !== undefined && !version)
    throw new ServerError(
      409,
      'not-published',
      `the loop ${loop} is not published: publish it, then let customers enter`,
    );
  const type = fileReader(registry);
  // A loop that has a node for files says there what their columns are.
  const entries = version?.compiled.entries.map((id) => version.stations.get(id)?.node) ?? [];
  const entry = entries.find((node) => node?.type === type) ?? entries[0];
  const own = entry?.type === type && Object.keys(mapping).length === 0 ? (entry.settings as object) : {};
  const settings = fileSettings(type, { ...own, ...mapping, path: file, ...(key === undefined ? {} : { key }) });
  return { type, settings, version, entry: entry?.id };
}

/** Brings a file into the customer base, a batch at a time, each a transaction of its own; with a loop, its customers enter. */
export async function importFile(parts: ImportParts, file: string, options: ImportOptions): Promise<ImportSummary> {
  const { engine, db, log, now } = parts;
  const { name, folder, signal = new AbortController().signal, onProgress } = options;
  const { type, settings, version, entry } = planImport(parts, file, options);
  const context = { settings, cursor: undefined, folder, now: now(), log, signal };
  const summary = nothingImported();
  const rejects = options.rejects === undefined ? undefined : new RejectFile(options.rejects);
  const reject = async (some: readonly Reject[]) => {
    summary.rejected += some.length;
    summary.rejects.push(...some.slice(0, rejectsShown - summary.rejects.length));
    await rejects?.add(some);
  };
  const add = async (records: readonly SourceRecord[]) => {
    if (records.length === 0) return;
    const imported = await db.write(async (tx) => {
      const brought = await importRecords(tx, records, { now: now(), source: `import/${name}` });
      await askMembershipsAgain(tx, [...brought.customers, ...brought.related], now());
      return brought;
    }, 'ingest');
    for (const count of ['created', 'updated', 'unchanged', 'consents'] as const) summary[count] += imported[count];
    summary.events += imported.events.length;
    summary.knownEvents +=
      records.reduce((sum, { events = [] }, i) => sum + (imported.customers[i] === undefined ? 0 : events.length), 0) -
      imported.events.length;
    summary.relationships += new Set(imported.related).size;
    summary.conflicts += imported.conflicts.length;
    for (const [trait, count] of Object.entries(imported.misfits))
      summary.aside[trait] = (summary.aside[trait] ?? 0) + count;
    await reject(
      imported.refused.map(({ record, line, reason }) => ({
        line: line ?? 0,
        reason,
        text: JSON.stringify(records[record]?.traits ?? {}),
      })),
    );
    const customers = imported.customers.filter((customer) => customer !== undefined);
    if (version) summary.entered += await engine.enter(version, customers, entry);
    // Calls of the other thread, and the engine's own steps, come in between two batches.
    await new Promise<void>((resolve) => setImmediate(resolve));
  };

  try {
    let preview = await type.preview?.(context);
    const asDeclared = preview && readAsDeclared(type, settings, preview, await db.read(declaredTraits));
    if (asDeclared !== undefined) {
      context.settings = asDeclared;
      preview = await type.preview?.(context);
    }
    summary.columns = (preview?.columns ?? []).map(({ name: column, type: kind }) => ({ name: column, type: kind }));
    let batch: SourceRecord[] = [];
    for await (const part of (type.read as NonNullable<SourceType['read']>)(context)) {
      signal.throwIfAborted();
      summary.rows += part.records.length + (part.rejects?.length ?? 0);
      await reject(part.rejects ?? []);
      for (const [column, count] of Object.entries(part.misfits ?? {}))
        summary.misfits[column] = (summary.misfits[column] ?? 0) + count;
      for (const record of part.records) batch.push(record);
      if (batch.length < batchSize) continue;
      await add(batch);
      batch = [];
      onProgress?.(summary, part.progress ?? 0);
    }
    await add(batch);
    onProgress?.(summary, 1);
  } finally {
    await rejects?.close();
  }
  return summary;
}
