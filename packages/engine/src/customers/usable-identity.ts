import type { Keys } from '../plugin/identity/keys.ts';

/**
 * Values that stand for nobody. A form, a migration or a broken export gives them to thousands of people, and whoever is
 * found by one of them would become one customer with all the others.
 */
const nobody = new Set(
  (
    '-|--|?|-1|null|(null)|undefined|nil|none|nan|n/a|na|#n/a|not available|unknown|anonymous|anon|guest|nobody|true|false|' +
    'not_authenticated|distinct_id|[object object]|anonymous@anonymous.com|noemail@noemail.com|none@none.com'
  ).split('|'),
);

const longest = 500;

/** Why an identity may not be stored, if it may not. The value is without blanks at its ends. */
export function whyUnusable(kind: string, value: string): string | undefined {
  if (kind === '') return 'an identity without a kind';
  if (value === '') return `the ${kind} is blank`;
  if (value.length > longest) return `the ${kind} is longer than ${longest} characters`;
  if (value.includes('\0')) return `the ${kind} holds a NUL character`;
  // Zeros alone, with whatever stands between them: 0, 000-000, 00000000-0000-0000-0000-000000000000.
  if (/^[0\s+().-]+$/.test(value) || (value.length < 25 && nobody.has(value.toLowerCase())))
    return `the ${kind} ${JSON.stringify(value)} stands for nobody`;
  return undefined;
}

export interface Refusal {
  reason: string;
  /** It is nothing of its kind, and not one of the values that stand for nobody. */
  unread?: boolean;
}

/** The one form of an identity, or why it may not be stored. */
export function toKey(keys: Keys, kind: string, given: string): { value: string } | Refusal {
  const bare = given.trim();
  const reason = whyUnusable(kind, bare);
  if (reason !== undefined) return { reason };
  const value = keys.of(kind).normal(bare);
  if (value === undefined) return { reason: whyNone(keys, kind, bare), unread: true };
  return keys.isBlocked(value) ? { reason: whyBlocked(kind, value) } : { value };
}

const nouns = {
  exact: 'key',
  'case-insensitive': 'key',
  email: 'e-mail address',
  phone: 'phone number',
  digits: 'number',
};

const whyNone = (keys: Keys, kind: string, value: string): string =>
  `the ${kind} ${JSON.stringify(value)} is no ${nouns[keys.of(kind).form]}`;

const whyBlocked = (kind: string, value: string): string =>
  `the ${kind} ${JSON.stringify(value)} stands for nobody, as the identity policy says`;
