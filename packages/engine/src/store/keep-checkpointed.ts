import { resolve } from 'node:path';
import { Worker } from 'node:worker_threads';

/**
 * Brings what is in the write-ahead log of a SQLite database over into its file, in a thread and by a connection of its own,
 * so that whoever writes need not: twenty thousand pages take a fifth of a second, for which nobody would be answered. What
 * is left for the writer's own checkpoint, without which the log would grow for ever, are the pages of the last moments.
 */
export function keepCheckpointed(url: string): { stop(): Promise<void> } {
  const name = url.replace(/^sqlite:(\/\/)?/, '');
  if (name === ':memory:' || name === '') return { stop: async () => undefined };
  const worker = new Worker(new URL('checkpoint-thread.ts', import.meta.url), { workerData: { file: resolve(name) } });
  const ended = new Promise<void>((done) => worker.once('exit', () => done()));
  // Without it the writer does all by itself.
  worker.once('error', () => undefined);
  worker.unref();
  return {
    stop: async () => {
      worker.ref();
      worker.postMessage('stop');
      await ended;
    },
  };
}
