import type { Json, JsonObject } from '../../plugin/json.ts';

/** Texts that may hold what needs a second look: escapes of what no database holds as text, and numbers of many digits. */
const doubtful = /\\u(?:0000|d[89a-f])|\d{16}|\d[eE]\+?\d{3}/i;

/**
 * JSON as clients send it, with nothing lost on the way. A whole number beyond 2^53, and one beyond all numbers, is kept as
 * a text of its digits; a NUL and half of a surrogate pair, which no database holds as text, become the replacement
 * character. Throws what JSON.parse says of a text that is none.
 */
export function parseBody(text: string): Json {
  const plain = JSON.parse(text) as Json;
  if (!doubtful.test(text)) return plain;
  try {
    return JSON.parse(text, exactly) as Json;
  } catch {
    // Nested deeper than it can be walked: what is so deep is refused by whoever reads it.
    return plain;
  }
}

function exactly(this: unknown, _key: string, value: Json, context?: { source?: string }): Json {
  if (typeof value === 'number') {
    const { source = '' } = context ?? {};
    const isExact = Number.isFinite(value) && (Number.isSafeInteger(value) || !/^-?\d+$/.test(source));
    return isExact ? value : source;
  }
  if (typeof value === 'string') return storable(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.keys(value).every((key) => storable(key) === key)
    ? value
    : (Object.fromEntries(Object.entries(value).map(([key, each]) => [storable(key), each])) as JsonObject);
}

const storable = (text: string): string => text.toWellFormed().replaceAll('\0', '\ufffd');

/** How deep a value may be nested: SQLite reads a thousand levels, and nobody means a hundred. */
const deepest = 100;

/** What keeps a value from being stored, in words: nested too deep, or a key that no careless copy survives. */
export function whyUnstorable(value: unknown, depth = 0): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth >= deepest) return `expected values nested at most ${deepest} deep`;
  if (Array.isArray(value)) {
    for (const each of value) {
      const why = whyUnstorable(each, depth + 1);
      if (why !== undefined) return why;
    }
    return undefined;
  }
  for (const key of Object.keys(value)) {
    if (key === '__proto__') return 'a key named __proto__ is not taken';
    const why = whyUnstorable((value as Record<string, unknown>)[key], depth + 1);
    if (why !== undefined) return why;
  }
  return undefined;
}
