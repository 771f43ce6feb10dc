import type { Log, Registry, Reject, SourceType } from '../../plugin/index.ts';
import { pathText } from '../../loop/index.ts';
import { toldIssues } from '../../plugin/index.ts';
import type { Engine } from '../../runner/index.ts';
import { declaredTraits, importRecords } from '../../customers/index.ts';
import type { Database } from '../../store/index.ts';
import { askMembershipsAgain } from '../../store/index.ts';
import type { ImportSummary } from '../../server/index.ts';
import { ServerError } from '../../server/index.ts';
import { readAsDeclared } from '../import/declared-columns.ts';

export type { ImportSummary };

/** How many rejected rows an answer names; the rest are counted. */
const rejectsShown = 100;

/** The node type that reads files, from whatever plugin of this installation offers it. */
export function fileReader(registry: Registry): SourceType {
  const type = registry.get('collect/file');
  if (type?.contract === 'source' && type.read) return type;
  throw new ServerError(422, 'no-reader', 'no plugin of this installation offers collect/file, which reads files');
}

export function fileSettings(type: SourceType, settings: unknown): unknown {
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

/** Brings a file into the customer base, chunk by chunk, each a transaction of its own; with a loop, its customers enter. */
export async function importFile(
  parts: { engine: Engine; db: Database; registry: Registry; log: Log; now: () => number },
  file: string,
  { name, key, loop, folder }: { name: string; key?: string; loop?: string; folder: string },
): Promise<ImportSummary> {
  const { engine, db, registry, log, now } = parts;
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
  const own = entry?.type === type ? (entry.settings as object) : {};
  const settings = fileSettings(type, { ...own, path: file, ...(key === undefined ? {} : { key }) });
  const controller = new AbortController();
  const context = { settings, cursor: undefined, folder, now: now(), log, signal: controller.signal };
  const summary: ImportSummary = {
    rows: 0,
    created: 0,
    updated: 0,
    unchanged: 0,
    rejected: 0,
    rejects: [],
    columns: [],
    entered: 0,
  };
  const reject = (rejects: readonly Reject[]) => {
    summary.rejected += rejects.length;
    summary.rejects.push(...rejects.slice(0, rejectsShown - summary.rejects.length));
  };
  let preview = await type.preview?.(context);
  const asDeclared = preview && readAsDeclared(type, settings, preview, await db.read(declaredTraits));
  if (asDeclared !== undefined) {
    context.settings = asDeclared;
    preview = await type.preview?.(context);
  }
  summary.columns = (preview?.columns ?? []).map(({ name: column, type: kind }) => ({ name: column, type: kind }));

  for await (const part of (type.read as NonNullable<SourceType['read']>)(context)) {
    const imported = await db.write(async (tx) => {
      const brought = await importRecords(tx, part.records, { now: now(), source: `import/${name}` });
      await askMembershipsAgain(tx, brought.customers, now());
      return brought;
    }, 'ingest');
    summary.created += imported.created;
    summary.updated += imported.updated;
    summary.unchanged += imported.unchanged;
    reject(part.rejects ?? []);
    reject(imported.refused.map(({ line, reason }) => ({ line: line ?? 0, reason, text: '' })));
    summary.rows += part.records.length + (part.rejects?.length ?? 0);
    const customers = imported.customers.filter((customer) => customer !== undefined);
    if (version) summary.entered += await engine.enter(version, customers, entry?.id);
    // Calls of the other thread, and the engine's own steps, come in between two chunks.
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  return summary;
}
