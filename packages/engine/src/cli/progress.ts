import cliProgress from 'cli-progress';
import type { SourceProgress } from '../runner/index.ts';
import { tell } from './print.ts';

/** How often a run that nobody watches says where it is, in real milliseconds. */
const every = 3_000;

/** What a long command is doing, on standard error: a bar on a terminal, a line every few seconds elsewhere. */
export class Progress {
  readonly #bar: cliProgress.SingleBar | undefined;
  readonly #title: string;
  #steps = 0;
  #said = performance.now();

  constructor(title: string) {
    this.#title = title;
    if (process.stderr.isTTY)
      this.#bar = new cliProgress.SingleBar({
        format: `${title}  {what}`,
        clearOnComplete: true,
        stream: process.stderr,
      });
    this.#bar?.start(1, 0, { what: 'starting' });
  }

  readonly source = ({ node, records, progress }: SourceProgress): void =>
    this.#say(
      `${node}: ${records.toLocaleString('en-US')} records${progress === undefined ? '' : `, ${Math.round(progress * 100)} %`}`,
    );

  add(steps: number, now: number): void {
    this.#steps += steps;
    this.#say(
      `${this.#steps.toLocaleString('en-US')} steps, ${new Date(now).toISOString().slice(0, 16).replace('T', ' ')}`,
    );
  }

  #say(what: string): void {
    if (this.#bar) return this.#bar.update(0, { what });
    if (performance.now() - this.#said < every) return;
    this.#said = performance.now();
    tell(`${this.#title}: ${what}`);
  }

  stop(): void {
    this.#bar?.stop();
  }
}
