import { LoopError } from '../../loop/index.ts';
import type { SourceRecord } from '../../plugin/index.ts';
import { EntryError, LifeError } from '../../runner/index.ts';
import type { Engine } from '../../runner/index.ts';
import type { Intervention, Migration, MigrationResult, Overdue, ResumeChoice, Selection } from '../../server/index.ts';
import { notFound, ServerError } from '../../server/index.ts';

/** What people do to running loops, as the server's thread calls it. What a client must be told is a ServerError. */
export function lifeMethods(engine: Engine, wake: () => void) {
  const { life } = engine;
  /** Does it, tells the engine that there may be something to do, and says in the server's words why it was refused. */
  const say = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw toServerError(error);
    } finally {
      wake();
    }
  };
  return {
    pauseLoop: (loop: string, actor: string): Promise<void> => say(() => life.pause(loop, actor)),
    archiveLoop: (loop: string, actor: string): Promise<void> => say(() => life.archive(loop, actor)),
    restoreLoop: (loop: string, actor: string): Promise<void> => say(() => life.restore(loop, actor)),
    resumeLoop: (loop: string, choice: ResumeChoice, actor: string): Promise<Overdue> =>
      say(() => life.resume(loop, choice, actor)),
    migratePeople: (loop: string, migration: Migration, actor: string): Promise<MigrationResult> =>
      say(() => life.migrate(loop, migration, actor)),
    cancel: (loop: string, selection: Selection, options: { dryRun: boolean }, actor: string): Promise<Intervention> =>
      say(() => life.cancel(loop, selection, options, actor)),
    replay: (
      loop: string,
      selection: Selection,
      options: { node?: string; dryRun: boolean },
      actor: string,
    ): Promise<Intervention> => say(() => life.replay(loop, selection, options, actor)),
    retry: (loop: string, selection: Selection, options: { dryRun: boolean }, actor: string): Promise<Intervention> =>
      say(() => life.retry(loop, selection, options, actor)),
    release: (
      loop: string,
      selection: Selection,
      options: { port?: string; exit: boolean; dryRun: boolean },
      actor: string,
    ): Promise<Intervention> => say(() => life.release(loop, selection, options, actor)),
    redrive: (
      loop: string,
      letters: { status: 'failed' | 'unknown'; keys?: readonly string[]; node?: string },
      { dryRun }: { dryRun: boolean },
      actor: string,
    ): Promise<Intervention> =>
      say(async () => ({ enrollments: 0, messages: await engine.redrive(loop, letters, { dryRun }, actor), dryRun })),
    enterLoop: (
      loop: string,
      entry: { node?: string; key?: string; parties: readonly SourceRecord[] },
      actor: string,
    ): Promise<{ entered: number }> =>
      say(async () => {
        if (!engine.newest(loop))
          throw new LifeError('conflict', `the loop ${loop} lets nobody in: it is not published, or archived`);
        return { entered: await engine.enterParties(loop, entry, actor) };
      }),
  };
}

function toServerError(error: unknown): unknown {
  if (error instanceof EntryError) return new ServerError(422, 'unsound', error.message);
  if (!(error instanceof LifeError) || error instanceof LoopError) return error;
  if (error.kind === 'unknown') return notFound(error.message.replace(/^there is no /, ''));
  return new ServerError(error.kind === 'conflict' ? 409 : 422, error.kind, error.message);
}
