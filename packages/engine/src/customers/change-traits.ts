import type { Json, JsonObject } from '../plugin/json.ts';

export interface TraitChange {
  traits: JsonObject;
  /** What the changed traits were; null where there was none. */
  before: JsonObject;
  /** What they became; null where there is none any more. */
  after: JsonObject;
}

/** The traits with the patch laid over them, or undefined when that changes nothing. Null takes a trait away. */
export function changeTraits(current: Readonly<JsonObject>, patch: Readonly<JsonObject>): TraitChange | undefined {
  // Entries and fromEntries define properties, so that a trait named __proto__ is a trait like any other.
  const changed = Object.entries(patch).filter(([name, value]) => !sameJson(valueOf(current, name), value));
  if (changed.length === 0) return undefined;
  const before = Object.fromEntries(changed.map(([name]) => [name, valueOf(current, name)]));
  const after = Object.fromEntries(changed);
  return { traits: withoutNulls({ ...current, ...after }), before, after };
}

export const withoutNulls = (traits: Readonly<JsonObject>): JsonObject =>
  Object.fromEntries(Object.entries(traits).filter(([, value]) => value !== null));

const valueOf = (traits: Readonly<JsonObject>, name: string): Json =>
  Object.hasOwn(traits, name) ? (traits[name] ?? null) : null;

/** The order of an object's properties says nothing. */
function sameJson(a: Json, b: Json): boolean {
  if (a === b) return true;
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false;
  if (Array.isArray(a) || Array.isArray(b))
    return (
      Array.isArray(a) &&
      Array.isArray(b) &&
      a.length === b.length &&
      a.every((item, i) => sameJson(item, b[i] ?? null))
    );
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && sameJson(valueOf(a, name), valueOf(b, name)))
  );
}
