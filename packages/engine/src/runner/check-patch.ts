import type { Patch } from '../plugin/index.ts';

/** More than anybody knows of one customer: code that has run wild. In characters of text and numbers. */
const longest = 1_000_000;
const deepest = 100;
const categories = new Set(['basic', 'order', 'payment', 'service', 'contact', 'analysis']);

/**
 * Refuses a patch that the store could not take, saying what is wrong with it. What was not noticed here would fail in the
 * transaction, and with it a whole batch, again and again.
 */
export function checkPatch(type: string, patch: Patch): void {
  const wrong = (expected: string, got: unknown): never => {
    throw new Error(`${type}: expected ${expected} in a patch of customer ${patch.customer}, got ${shown(got)}`);
  };
  const { traits, identities, events, consents, relationships } = patch as { [K in keyof Patch]: unknown };
  if (traits !== undefined) {
    if (!isPlain(traits)) wrong('traits as an object', traits);
    checkJson(type, 'traits', traits);
  }
  for (const each of listOf(identities) ?? wrong('identities as a list', identities))
    if (!isPlain(each) || typeof each.kind !== 'string' || typeof each.value !== 'string' || each.value.length > 1_000)
      wrong('identities of a kind and a value of at most 1000 characters', each);
  for (const each of listOf(events) ?? wrong('events as a list', events)) {
    if (!isPlain(each)) wrong('events as objects', each);
    const { type: name, category, time, properties, messageId } = each as Record<string, unknown>;
    if (typeof name !== 'string' || name === '' || name.length > 200) wrong('events of a type', name);
    if (!categories.has(category as string)) wrong(`events of a category (${[...categories].join(', ')})`, category);
    if (!Number.isSafeInteger(time)) wrong('events at an instant in epoch milliseconds', time);
    if (messageId !== undefined && typeof messageId !== 'string') wrong('the messageId of an event as text', messageId);
    if (!isPlain(properties)) wrong('the properties of an event as an object', properties);
    checkJson(type, 'properties of an event', properties);
  }
  for (const each of listOf(consents) ?? wrong('consents as a list', consents)) {
    const isConsent =
      isPlain(each) &&
      ['channel', 'purpose', 'source'].every((name) => typeof each[name] === 'string') &&
      typeof each.granted === 'boolean' &&
      (each.proof === undefined || typeof each.proof === 'string');
    if (!isConsent) wrong('consents of a channel, a purpose, whether it is granted, and a source', each);
  }
  for (const each of listOf(relationships) ?? wrong('relationships as a list', relationships)) {
    const isRelationship =
      isPlain(each) &&
      typeof each.kind === 'string' &&
      typeof each.key === 'string' &&
      each.kind.length + each.key.length <= 1_000 &&
      (each.from === undefined || Number.isSafeInteger(each.from)) &&
      (each.to === undefined || Number.isSafeInteger(each.to)) &&
      (each.traits === undefined || isPlain(each.traits));
    if (!isRelationship) wrong('relationships of a kind and a key, from and to in epoch milliseconds', each);
    checkJson(type, 'traits of a group', (each as { traits?: unknown }).traits ?? {});
  }
}

/** Refuses what cannot be written as JSON, or is longer than anybody could want. */
function checkJson(type: string, what: string, value: unknown): void {
  let left = longest;
  const visit = (part: unknown, depth: number): void => {
    if (depth > deepest)
      throw new Error(`${type}: expected ${what} of at most ${deepest} levels; do they go in circles?`);
    left -= typeof part === 'string' ? part.length + 2 : 8;
    if (left < 0) throw new Error(`${type}: expected ${what} of at most ${longest} characters`);
    if (part === null || typeof part === 'string' || typeof part === 'boolean' || part === undefined) return;
    if (typeof part === 'number') {
      if (!Number.isFinite(part)) throw new Error(`${type}: expected ${what} that are JSON, got ${part}`);
      return;
    }
    if (Array.isArray(part)) for (const each of part) visit(each, depth + 1);
    else if (isPlain(part))
      for (const [name, each] of Object.entries(part)) {
        left -= name.length;
        visit(each, depth + 1);
      }
    else throw new Error(`${type}: expected ${what} that are JSON, got a ${typeof part}`);
  };
  visit(value, 0);
}

const listOf = (value: unknown): unknown[] | undefined =>
  value === undefined ? [] : Array.isArray(value) ? value : undefined;

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function shown(value: unknown): string {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  return String(value).slice(0, 100);
}
