import { closeSync, openSync, readdirSync, readFileSync, statSync, writeSync } from 'node:fs';
import { extname, join } from 'node:path';

const largest = 1024 * 1024 * 1024;
const kept = new Set([0x0a, 0x0d, 0x22, 0x2c, 0x3b, 0x09]);
const cross = 0x78;

/**
 * Makes unreadable, in the files that channels have written into a folder, every record that holds one of these texts: a line,
 * a row of a CSV file with the lines within its quotes, or a whole mail. Each byte in its place, so that whoever appends to the
 * file meanwhile, and whoever reads on from where it was, is not disturbed. In how many records.
 */
export function scrubFiles(folder: string, texts: readonly string[]): number {
  const wanted = [
    ...new Set(texts.flatMap((text) => [text, JSON.stringify(text).slice(1, -1), encodeURIComponent(text)])),
  ]
    .filter((text) => text.length >= 5)
    .map((text) => Buffer.from(text));
  if (wanted.length === 0) return 0;
  let scrubbed = 0;
  for (const file of filesIn(folder)) scrubbed += scrub(file, wanted);
  return scrubbed;
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((file) => statSync(file).size <= largest);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function scrub(file: string, wanted: readonly Buffer[]): number {
  const bytes = readFileSync(file);
  const found = wanted.flatMap((text) => placesOf(bytes, text)).sort((a, b) => a - b);
  if (found.length === 0) return 0;
  const bounds = extname(file) === '.eml' ? [0, bytes.length] : boundsOf(bytes, extname(file) === '.csv');
  const descriptor = openSync(file, 'r+');
  let scrubbed = 0;
  try {
    let i = 0;
    let last = -1;
    for (const place of found) {
      while ((bounds[i + 1] ?? Number.POSITIVE_INFINITY) <= place) i++;
      if (i === last) continue;
      last = i;
      const from = bounds[i] ?? 0;
      const record = bytes.subarray(from, bounds[i + 1] ?? bytes.length);
      writeSync(
        descriptor,
        record.map((byte) => (kept.has(byte) ? byte : cross)),
        0,
        record.length,
        from,
      );
      scrubbed++;
    }
  } finally {
    closeSync(descriptor);
  }
  return scrubbed;
}

function placesOf(bytes: Buffer, text: Buffer): number[] {
  const places: number[] = [];
  for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + text.length)) places.push(at);
  return places;
}

/** Where records begin: after a line's end, in a CSV file only outside of quotes. */
function boundsOf(bytes: Buffer, quoted: boolean): number[] {
  const bounds = [0];
  let within = false;
  for (let i = 0; i < bytes.length; i++) {
    if (quoted && bytes[i] === 0x22) within = !within;
    else if (bytes[i] === 0x0a && !within) bounds.push(i + 1);
  }
  return bounds;
}
