import type { Serving } from './serve.ts';

/** Waits for Ctrl-C or a polite kill, then stops what runs in the right order; a second Ctrl-C does not wait. */
export async function untilStopped(
  serving: Pick<Serving, 'engine' | 'stop'>,
  alsoStop: () => Promise<void> = async () => {},
): Promise<void> {
  try {
    await Promise.race([
      new Promise<void>((resolve) => {
        process.once('SIGINT', () => resolve());
        process.once('SIGTERM', () => resolve());
      }),
      // An engine that dies takes the command with it: a server that answers while nobody moves would be worse.
      serving.engine.ended,
    ]);
  } finally {
    process.once('SIGINT', () => process.exit(130));
    await alsoStop();
    await serving.stop();
  }
}
