import cliProgress from 'cli-progress';
import type { Stage } from '../loop/index.ts';
import { tell } from './print.ts';

/** How often a line is said where there is no terminal to draw on, in real milliseconds. */
const sayEvery = 5_000;

/** Customers who have come to the nodes of a stage, and those of them who are there still. */
export interface StageRow {
  stage: Stage;
  entered: number;
  waiting: number;
}

/** A bar a stage on standard error, with a line about the time above; elsewhere than on a terminal, a line now and then. */
export class StageBars {
  readonly #bars: cliProgress.MultiBar | undefined;
  readonly #lines = new Map<Stage, cliProgress.SingleBar>();
  readonly #when: cliProgress.SingleBar | undefined;
  #said = 0;

  constructor(stages: readonly Stage[]) {
    if (!process.stderr.isTTY) return;
    this.#bars = new cliProgress.MultiBar(
      {
        format: '{stage} {bar} {entered} in, {waiting} waiting',
        stream: process.stderr,
        hideCursor: true,
        barsize: 30,
      },
      cliProgress.Presets.shades_classic,
    );
    this.#when = this.#bars.create(1, 0, { when: '' }, { format: '{when}' });
    for (const stage of stages)
      this.#lines.set(stage, this.#bars.create(1, 0, { stage: stage.padEnd(9), entered: 0, waiting: 0 }));
  }

  draw(when: string, rows: readonly StageRow[]): void {
    this.#when?.update(0, { when });
    for (const { stage, entered, waiting } of rows) {
      const line = this.#lines.get(stage);
      line?.setTotal(Math.max(1, entered));
      line?.update(entered - waiting, {
        stage: stage.padEnd(9),
        entered: entered.toLocaleString('en-US'),
        waiting: waiting.toLocaleString('en-US'),
      });
    }
    if (this.#bars || performance.now() - this.#said < sayEvery) return;
    this.#said = performance.now();
    const told = rows.map(({ stage, entered, waiting }) => `${stage} ${entered - waiting} of ${entered}`);
    tell(`${when}: ${told.join(', ')}`);
  }

  stop(): void {
    this.#bars?.stop();
  }
}
