import { createReadStream } from 'node:fs';
import type { Reject } from '@osicam/engine/plugin';
import type { Place } from './file-error.ts';
import { longestRow } from './file-error.ts';

export interface LineBatch {
  lines: { text: string; line: number }[];
  rejects: Reject[];
  /** Behind the last line of the batch. */
  next: Place;
}

/** The lines of a file from a place on, blank ones left out, in batches as they come from the disk. */
export async function* readLines(path: string, from: Place, encoding: string): AsyncGenerator<LineBatch> {
  const decoder = new TextDecoder(encoding);
  let { byte, line } = from;
  let tail: Buffer[] = [];
  let tailLength = 0;
  const batch = (): LineBatch => ({ lines: [], rejects: [], next: { byte, line } });

  const take = (into: LineBatch, end: Buffer, hasNewline: boolean): void => {
    line++;
    byte += tailLength + end.length + (hasNewline ? 1 : 0);
    const head = tail[0] ?? end;
    if (tailLength + end.length > longestRow) {
      into.rejects.push({ line, reason: 'longer than 1 MB', text: decoder.decode(head.subarray(0, 1000)) });
    } else {
      const text = decoder.decode(tail.length > 0 ? Buffer.concat([...tail, end]) : end).trim();
      if (text !== '') into.lines.push({ text, line });
    }
    tail = [];
    tailLength = 0;
    into.next = { byte, line };
  };

  for await (const chunk of createReadStream(path, { start: byte }) as AsyncIterable<Buffer>) {
    const some = batch();
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      take(some, chunk.subarray(start, end), true);
      start = end + 1;
    }
    if (start < chunk.length) {
      // Of a line that is too long only the beginning is kept, however long it is.
      if (tailLength <= longestRow) tail.push(chunk.subarray(start));
      tailLength += chunk.length - start;
    }
    yield some;
  }
  if (tailLength > 0) {
    const last = batch();
    take(last, Buffer.alloc(0), false);
    yield last;
  }
}

/** The first line behind a place, with its length in bytes including the line end, or undefined at the end of the file. */
export async function readLine(
  path: string,
  from: Place,
  encoding: string,
): Promise<{ text: string; next: Place } | undefined> {
  const kept: Buffer[] = [];
  let length = 0;
  for await (const chunk of createReadStream(path, { start: from.byte }) as AsyncIterable<Buffer>) {
    const end = chunk.indexOf(10);
    if (length < longestRow) kept.push(end < 0 ? chunk : chunk.subarray(0, end));
    length += end < 0 ? chunk.length : end + 1;
    if (end >= 0) break;
  }
  if (length === 0) return undefined;
  const text = new TextDecoder(encoding).decode(Buffer.concat(kept)).replace(/\r$/, '');
  return { text, next: { byte: from.byte + length, line: from.line + 1 } };
}
