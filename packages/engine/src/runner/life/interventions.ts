import type { LifeEvent } from '../../machine/index.ts';
import type { Parts } from '../parts.ts';
import type { Intervention } from './cancel.ts';
import { cancel } from './cancel.ts';
import { changeLife } from './change-life.ts';
import type { Lives } from './lives.ts';
import type { MigrationResult } from './migrate.ts';
import { migrate } from './migrate.ts';
import type { Overdue } from './overdue.ts';
import { release, retry } from './parked.ts';
import type { Migration } from './plan-migration.ts';
import type { Retention } from './prune.ts';
import { pruneStep } from './prune.ts';
import { replay } from './replay.ts';
import type { ResumeChoice } from './resume.ts';
import { resume } from './resume.ts';
import type { Selection } from './selection.ts';

/**
 * What people do to running loops. Everything goes in and out as plain data, stands in the loop's audit with who did it, and
 * is refused with a LifeError where it may not be done.
 */
export class Interventions {
  readonly #parts: Parts;
  readonly #lives: Lives;
  readonly #reload: () => Promise<void>;

  /** `reload`: reads anew what follows from which loops let people in: segments that are watched, schedules. */
  constructor(parts: Parts, lives: Lives, reload: () => Promise<void>) {
    this.#parts = parts;
    this.#lives = lives;
    this.#reload = reload;
  }

  /** Once this has settled nobody in the loop makes a step any more, and no message of it begins to be sent. */
  async pause(loop: string, actor: string): Promise<void> {
    await this.#change(loop, 'pause', actor);
  }

  async archive(loop: string, actor: string): Promise<void> {
    await this.#change(loop, 'archive', actor);
    await this.#reload();
  }

  async restore(loop: string, actor: string): Promise<void> {
    await this.#change(loop, 'restore', actor);
    await this.#reload();
  }

  async #change(loop: string, event: LifeEvent, actor: string): Promise<void> {
    const { db } = this.#parts;
    // What is known changes in the transaction itself: with one writer, the next that moves anybody knows it.
    const before = { ...this.#lives.of(loop) };
    try {
      await db.write(async (tx) => {
        this.#lives.set(loop, await changeLife(this.#parts, tx, { loop, event, actor }));
      }, 'life');
    } catch (error) {
      Object.assign(this.#lives.of(loop), before);
      throw error;
    }
  }

  async resume(loop: string, choice: ResumeChoice, actor: string): Promise<Overdue> {
    const overdue = await resume(this.#parts, loop, choice, actor);
    this.#lives.set(loop, 'running');
    return overdue;
  }

  migrate(loop: string, migration: Migration, actor: string): Promise<MigrationResult> {
    return migrate(this.#parts, loop, migration, actor);
  }

  cancel(loop: string, selection: Selection, options: { dryRun: boolean }, actor: string): Promise<Intervention> {
    return cancel(this.#parts, loop, selection, options, actor);
  }

  replay(
    loop: string,
    selection: Selection,
    options: { node?: string | undefined; dryRun: boolean },
    actor: string,
  ): Promise<Intervention> {
    return replay(this.#parts, loop, selection, options, actor);
  }

  retry(loop: string, selection: Selection, options: { dryRun: boolean }, actor: string): Promise<Intervention> {
    return retry(this.#parts, loop, selection, options, actor);
  }

  release(
    loop: string,
    selection: Selection,
    options: { port?: string | undefined; exit: boolean; dryRun: boolean },
    actor: string,
  ): Promise<Intervention> {
    return release(this.#parts, loop, selection, options, actor);
  }

  /** One small step of pruning; whether there is more to do at once. */
  prune(retention: Retention): Promise<boolean> {
    return pruneStep(this.#parts, retention);
  }
}
