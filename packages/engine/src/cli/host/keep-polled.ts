import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../plugin/index.ts';
import type { Engine } from '../../runner/index.ts';

/** How often it is looked for sources that are due, in real milliseconds, like the others. */
const lookEvery = 500;
/** A source that fails is tried again after its own time, and at least so much later. */
const afterFailure = 30_000;

/** Reads sources that go on for ever, each so often as it says, for as long as the signal lets it. One after the other. */
export async function keepPolled(
  engine: Pick<Engine, 'polling' | 'readSource'>,
  { signal, folder, log, onRead }: { signal: AbortSignal; folder: string; log: Log; onRead: () => void },
): Promise<void> {
  const next = new Map<number, number>();
  while (!signal.aborted) {
    for (const { version, entry, ref, every } of engine.polling()) {
      if (signal.aborted || performance.now() < (next.get(ref) ?? 0)) continue;
      const about = { loop: version.loop.id, node: entry };
      let pause = every;
      try {
        const { records, rejected } = await engine.readSource(version, entry, { folder, signal, onProgress: onRead });
        if (records + rejected > 0) log.info('a source was read', { ...about, records, rejected });
      } catch (error) {
        if (signal.aborted) return;
        pause = Math.max(every, afterFailure);
        log.warn('a source could not be read, and is tried again', {
          ...about,
          seconds: Math.round(pause / 1000),
          error: error instanceof Error ? error.message : String(error),
        });
      }
      next.set(ref, performance.now() + pause);
    }
    await sleep(lookEvery, undefined, { signal, ref: false }).catch(() => undefined);
  }
}
