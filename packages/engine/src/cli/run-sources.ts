import type { CompiledLoop } from '../machine/index.ts';
import type { Registry, SourceType } from '../plugin/index.ts';
import type { Engine, RunningVersion, SourceProgress } from '../runner/index.ts';
import { CliError } from './cli-error.ts';
import { stderrLog } from './stderr-log.ts';
import { tell } from './print.ts';

/** A source that a run reads, and the entry that its customers come in by. */
export interface RunSource {
  entry: string;
  type: SourceType;
  settings: unknown;
  /** The entry's own type is another, or set otherwise. */
  isInstead: boolean;
}

/** What a run reads: the file named in place of the loop's own, else the loop's own sources. None: everybody who is there. */
export function planSources(
  compiled: CompiledLoop,
  registry: Registry,
  named: { customers?: string; key?: string },
): RunSource[] {
  const entries = compiled.entries.flatMap((id) => {
    const node = compiled.nodes.get(id);
    return node ? [{ id, type: node.type as SourceType, settings: node.settings }] : [];
  });
  if (named.customers === undefined)
    return entries
      .filter(({ type, settings }) => type.read && hasPath(settings))
      .map(({ id, type, settings }) => ({ entry: id, type, settings, isInstead: false }));

  const type = registry.get('collect/file');
  if (type?.contract !== 'source')
    throw new CliError('no plugin of this installation offers collect/file, which reads customers');
  const entry = entries.find((each) => each.type === type) ?? entries[0];
  const own = entry?.type === type ? (entry.settings as Record<string, unknown>) : {};
  const settings = type.settings.safeParse({
    ...own,
    path: named.customers,
    ...(named.key === undefined ? {} : { key: named.key }),
  });
  if (!settings.success)
    throw new CliError(settings.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
  return [{ entry: entry?.id ?? '', type, settings: settings.data, isInstead: true }];
}

const hasPath = (settings: unknown) => {
  const { path } = settings as { path?: unknown };
  return path === undefined || path !== '';
};

/** Looks into every source before anything is written, so that a file that cannot be read leaves no trace of the run. */
export async function checkSources(
  sources: readonly RunSource[],
  { folder, signal, now }: { folder: string; signal: AbortSignal; now: number },
): Promise<void> {
  for (const { type, settings } of sources)
    try {
      const preview = await type.preview?.({ settings, folder, signal, now, log: stderrLog, cursor: undefined });
      if (preview?.problem !== undefined) throw new CliError(preview.problem);
    } catch (error) {
      throw new CliError(error instanceof Error ? error.message : String(error));
    }
}

/** Reads the sources to their ends, each from where it stopped, and says what was left out of them. */
export async function readSources(
  engine: Engine,
  version: RunningVersion,
  sources: readonly RunSource[],
  options: { folder: string; signal: AbortSignal; onProgress: (progress: SourceProgress) => void },
): Promise<void> {
  for (const { entry, type, settings, isInstead } of sources) {
    const { records, rejected } = await engine.readSource(version, entry, {
      ...options,
      ...(isInstead ? { instead: { type, settings } } : {}),
    });
    if (rejected > 0)
      tell(`${entry}: ${rejected} of ${records + rejected} rows were rejected; those who could be read have entered`);
  }
}
