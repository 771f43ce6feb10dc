import { createWriteStream, existsSync, openSync, readSync, closeSync, rmSync } from 'node:fs';
import type { WriteStream } from 'node:fs';
import { once } from 'node:events';
import type { Reject } from '../../plugin/index.ts';

const heading = 'line,reason,text\n';

/** The rows that could not be imported, as CSV, each with its line and why. There is no file as long as there is no reject. */
export class RejectFile {
  readonly path: string;
  count = 0;
  #stream: WriteStream | undefined;

  constructor(path: string) {
    this.path = path;
    // Rejects of an earlier import would read like those of this one.
    if (existsSync(path) && isOurs(path)) rmSync(path);
  }

  async add(rejects: readonly Reject[]): Promise<void> {
    if (rejects.length === 0) return;
    this.count += rejects.length;
    if (!this.#stream) {
      this.#stream = createWriteStream(this.path, { flags: 'wx' });
      await once(this.#stream, 'open');
      this.#stream.write(heading);
    }
    const rows = rejects.map(({ line, reason, text }) => `${line},${quote(reason)},${quote(text)}\n`).join('');
    if (!this.#stream.write(rows)) await once(this.#stream, 'drain');
  }

  async close(): Promise<void> {
    if (!this.#stream) return;
    this.#stream.end();
    await once(this.#stream, 'close');
  }
}

const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;

function isOurs(path: string): boolean {
  const file = openSync(path, 'r');
  try {
    const head = Buffer.alloc(heading.length);
    readSync(file, head);
    return head.toString() === heading;
  } finally {
    closeSync(file);
  }
}
