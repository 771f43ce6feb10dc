import type { JsonObject, Reject } from '@osicam/engine/plugin';
import type { Place } from './file-error.ts';
import { readLines } from './read-lines.ts';

export interface ObjectBatch {
  objects: { object: JsonObject; line: number; text: string }[];
  rejects: Reject[];
  next: Place;
}

/** Nothing that is known of a customer lies deeper; SQLite refuses a thousand. */
const deepest = 100;

/** The objects of a JSON Lines file from a place on. */
export async function* readObjects(path: string, from: Place, encoding: string): AsyncGenerator<ObjectBatch> {
  for await (const { lines, rejects, next } of readLines(path, from, encoding)) {
    const batch: ObjectBatch = { objects: [], rejects: [...rejects], next };
    for (const { text, line } of lines) {
      const object = parseObject(text);
      if (typeof object === 'string') batch.rejects.push({ line, reason: object, text: text.slice(0, 10_000) });
      else batch.objects.push({ object, line, text });
    }
    yield batch;
  }
}

/** Escapes of what no database holds as text: a NUL, and a half of a pair of which JSON writes only such as stand alone. */
const unstorable = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/i;

/** The object, or why it is none. */
function parseObject(text: string): JsonObject | string {
  let value: unknown;
  try {
    value = /\d{16}/.test(text) ? JSON.parse(text, keepLongNumber) : JSON.parse(text);
  } catch (error) {
    return `not JSON: ${(error as Error).message}`;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'expected a JSON object';
  if (unstorable.test(text) && unstorable.test(JSON.stringify(value)))
    return 'a text in it holds a NUL character, or half of a character';
  if (Object.hasOwn(value, '__proto__')) return 'a trait cannot be named __proto__';
  if ((text.match(/[[{]/g)?.length ?? 0) > deepest && depthOf(value) > deepest) return `nested deeper than ${deepest}`;
  return value as JsonObject;
}

/** An id of more digits than a number keeps stays what it is, as text. */
function keepLongNumber(_: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number' || context?.source === undefined) return value;
  return /^-?\d{16,}$/.test(context.source) ? context.source : value;
}

function depthOf(value: unknown): number {
  let depth = 0;
  for (let level = [value]; level.length > 0; depth++)
    level = level.flatMap((item) => (typeof item === 'object' && item !== null ? Object.values(item) : []));
  return depth;
}
