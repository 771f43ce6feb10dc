import { isUtf8 } from 'node:buffer';
import { open } from 'node:fs/promises';
import { FileError } from './file-error.ts';

export interface TextFile {
  size: number;
  /** Where the text begins: behind a byte order mark. */
  start: number;
}

/**
 * Makes sure that the file is text in its encoding before any of it is used: half an import in wrong letters is worse than
 * none. A gigabyte takes about half a second.
 */
export async function checkText(path: string, encoding: string): Promise<TextFile> {
  const head = Buffer.alloc(4096);
  const { size, length } = await readHead(path, head);
  const bytes = head.subarray(0, length);
  if (size === 0) throw new FileError(`${path} is empty: expected a header and rows`);
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))
    throw new FileError(`${path} is UTF-16: save it as UTF-8 (Excel: "CSV UTF-8")`);
  if (bytes.subarray(0, 4).toString('latin1') === 'PK\u0003\u0004')
    throw new FileError(`${path} is a ZIP archive or an Excel workbook: expected CSV or JSON Lines`);
  const nul = bytes.indexOf(0);
  if (nul >= 0) throw new FileError(`${path} is not text: byte ${nul + 1} is NUL`);

  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const isUtf = new TextDecoder(encoding).encoding === 'utf-8';
  if (hasMark && !isUtf)
    throw new FileError(`${path} begins with the mark of UTF-8, but its encoding is said to be ${encoding}`);
  if (isUtf) await checkUtf8(path);
  return { size, start: hasMark ? 3 : 0 };
}

async function readHead(path: string, into: Buffer): Promise<{ size: number; length: number }> {
  try {
    const file = await open(path);
    try {
      const { bytesRead } = await file.read(into, 0, into.length, 0);
      return { size: (await file.stat()).size, length: bytesRead };
    } finally {
      await file.close();
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = { ENOENT: 'no such file', EISDIR: 'it is a folder', EACCES: 'no permission' }[code ?? ''] ?? message;
    throw new FileError(`cannot read ${path}: ${why}`);
  }
}

async function checkUtf8(path: string): Promise<void> {
  // One buffer for the whole file: a new one each time is memory that waits for the collector.
  const buffer = Buffer.alloc(1 << 18);
  const file = await open(path);
  try {
    let behind = 0;
    let lines = 0;
    let tail = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, tail, buffer.length - tail, behind + tail);
      const bytes = buffer.subarray(0, tail + bytesRead);
      const end = bytesRead > 0 ? completeEnd(bytes) : bytes.length;
      if (!isUtf8(bytes.subarray(0, end))) throw notUtf8(path, bytes, behind, lines);
      if (bytesRead === 0) return;
      lines += countLines(bytes.subarray(0, end));
      behind += end;
      tail = bytes.length - end;
      bytes.copy(buffer, 0, end);
    }
  } finally {
    await file.close();
  }
}

/** Where the last whole character ends: a chunk may end within one. */
function completeEnd(bytes: Buffer): number {
  for (let i = bytes.length - 1; i >= Math.max(0, bytes.length - 3); i--) {
    const byte = bytes[i] as number;
    if (byte < 0x80) return bytes.length;
    if (byte >= 0xc0) return bytes.length - i < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? i : bytes.length;
  }
  return bytes.length;
}

function notUtf8(path: string, bytes: Buffer, behind: number, lines: number): FileError {
  let valid = 0;
  let invalid = bytes.length;
  while (invalid - valid > 1) {
    const middle = (valid + invalid) >> 1;
    const end = completeEnd(bytes.subarray(0, middle));
    if (isUtf8(bytes.subarray(0, end))) valid = middle;
    else invalid = middle;
  }
  // The prefix that ends behind `valid` is sound, and one byte more is not; a character begun before it is the fault.
  const at = completeEnd(bytes.subarray(0, valid));
  const line = lines + countLines(bytes.subarray(0, at)) + 1;
  const code = (bytes[at] as number).toString(16).toUpperCase().padStart(2, '0');
  return new FileError(
    `${path} is not UTF-8: byte 0x${code} in line ${line} (byte ${behind + at + 1} of the file). ` +
      'Name its encoding, as windows-1252, or save it as UTF-8.',
  );
}

function countLines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) count++;
  return count;
}
