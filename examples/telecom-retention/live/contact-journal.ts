import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { TurnContact } from '../ledger.ts';

/** The contacts that the world has had, a line each, so that a demo that is stopped and started goes on where it was. */
export class ContactJournal {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
    mkdirSync(dirname(path), { recursive: true });
    // A last line that was cut off must not swallow the next one.
    if (existsSync(path) && !readFileSync(path).subarray(-1).equals(Buffer.from('\n'))) appendFileSync(path, '\n');
  }

  /** On disk, as far as a process that dies is concerned, before the other side is told that it was taken. */
  add(contact: TurnContact): void {
    appendFileSync(this.#path, `${JSON.stringify(contact)}\n`);
  }

  read(): TurnContact[] {
    if (!existsSync(this.#path)) return [];
    return readFileSync(this.#path, 'utf8')
      .split('\n')
      .flatMap((line) => {
        try {
          return line === '' ? [] : [JSON.parse(line) as TurnContact];
        } catch {
          // A line that was cut off was never confirmed: it comes again.
          return [];
        }
      });
  }
}
