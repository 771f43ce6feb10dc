import { dirname } from 'node:path';
import type { ImportOptions, ImportSummary } from './import-file.ts';
import { importFile, planImport } from './import-file.ts';

/** An import that runs in the engine's thread, or has. */
export interface ImportJob {
  state: 'running' | 'done' | 'failed' | 'stopped';
  progress: number;
  summary?: ImportSummary;
  error?: string;
}

type Parts = Parameters<typeof importFile>[0];
type Options = Pick<ImportOptions, 'name' | 'loop' | 'mapping' | 'rejects'>;

/** Imports that go on while somebody looks how far they have come. */
export function importJobs(parts: Parts, onDone: () => void) {
  const jobs = new Map<string, ImportJob & { stop: AbortController }>();
  return {
    /** Settles when it has begun; throws where it cannot. */
    startImport: async (id: string, file: string, options: Options): Promise<void> => {
      planImport(parts, file, options);
      const stop = new AbortController();
      const job: ImportJob & { stop: AbortController } = { state: 'running', progress: 0, stop };
      jobs.set(id, job);
      void importFile(parts, file, {
        ...options,
        folder: dirname(file),
        signal: stop.signal,
        onProgress: (summary, progress) => {
          job.summary = { ...summary, rejects: [...summary.rejects] };
          job.progress = progress;
        },
      })
        .then((summary) => Object.assign(job, { state: 'done', progress: 1, summary }))
        .catch((error: unknown) =>
          Object.assign(job, {
            state: stop.signal.aborted ? 'stopped' : 'failed',
            error: error instanceof Error ? error.message : String(error),
          }),
        )
        .finally(onDone);
    },
    importJob: async (id: string): Promise<ImportJob | undefined> => {
      const job = jobs.get(id);
      if (!job) return undefined;
      const { stop: _stop, ...shown } = job;
      return shown;
    },
    forgetImport: async (id: string): Promise<void> => {
      jobs.get(id)?.stop.abort(new Error('it was stopped'));
      jobs.delete(id);
    },
  };
}
