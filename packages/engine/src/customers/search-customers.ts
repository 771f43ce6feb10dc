import type { Customer } from '../plugin/customer.ts';
import type { Transaction } from '../store/database.ts';
import { identityKinds } from '../store/lists.ts';
import { findCustomers } from './find-customers.ts';
import { findPersons } from './find-person.ts';
import { fold, wordsOf } from './search-fold.ts';
import { commonWords } from './search-index.ts';
import { wordClass, wordsOfCustomer } from './search-words.ts';
import { nameOf } from './show-name.ts';
import type { Personal } from './show-personal.ts';
import { knownPersonal } from './show-personal.ts';

export interface CustomerPage {
  customers: Customer[];
  /** Hand this back as `after` for the next page; absent on the last. */
  next?: number;
}

/** A word is followed through so many customers at most: what is typed is answered at once, and a longer word finds the rest. */
const mostFollowed = 20_000;
/** So many are looked at closely and put into order. */
const mostRanked = 300;

/**
 * Without a text, customers in order of id. With one, those whom all of its words describe, each by its beginning: exact keys
 * first, then names, then what else is known. `blind`: looks at nothing that tells who somebody is, for a caller who may not see it.
 */
export async function searchCustomers(
  tx: Transaction,
  { text = '', after = 0, limit = 50, blind = false }: SearchQuery = {},
): Promise<CustomerPage> {
  if (text.trim() === '') {
    const rows = await tx.all<{ id: number }>(
      'SELECT id FROM customer WHERE id > ? AND merged_into IS NULL ORDER BY id LIMIT ?',
      [after, limit + 1],
    );
    const ids = rows.map(({ id }) => id);
    const customers = await findCustomers(tx, ids.slice(0, limit));
    const last = ids[limit - 1];
    return ids.length > limit && last !== undefined ? { customers, next: last } : { customers };
  }
  // Of what was put into order a page begins at a place in it.
  const ranked = await rank(tx, text.trim(), blind);
  const customers = ranked.slice(after, after + limit);
  return ranked.length > after + limit ? { customers, next: after + limit } : { customers };
}

export interface SearchQuery {
  text?: string;
  after?: number;
  limit?: number;
  blind?: boolean;
}

/**
 * How many customers there are, at once: numbers are given without a gap and never twice, so all that were ever made, without
 * those who have become part of another and those who were erased.
 */
export async function totalCustomers(tx: Transaction): Promise<number> {
  const row = await tx.first<{ made: number | null; merged: number; erased: number }>(
    `SELECT (SELECT max(id) FROM (SELECT max(id) AS id FROM customer UNION ALL SELECT max(customer) FROM erasure) AS made) AS made,
       (SELECT count(*) FROM merge WHERE undone_at IS NULL) AS merged,
       (SELECT count(DISTINCT customer) FROM erasure) AS erased`,
  );
  return Number(row?.made ?? 0) - Number(row?.merged ?? 0) - Number(row?.erased ?? 0);
}

async function rank(tx: Transaction, text: string, blind: boolean): Promise<Customer[]> {
  // An address is nothing that they may ask for, not even by whether its first word is one of a plan.
  if (blind && text.includes('@')) return [];
  const words = wordsToFind(text);
  const exact = new Set(
    blind ? await byNumber(tx, text) : [...(await byNumber(tx, text)), ...(await findPersons(tx, text))],
  );
  const begins = blind ? [] : await byBeginning(tx, text);
  const described = words.length === 0 ? [] : await byWords(tx, words, blind);
  const wanted = [...new Set([...exact, ...begins, ...described])].slice(0, mostRanked);
  const personal = await knownPersonal(tx);
  const keyed = new Set(begins);
  return (await findCustomers(tx, wanted))
    .flatMap((customer) => {
      const score = exact.has(customer.id)
        ? 0
        : Math.min(keyed.has(customer.id) ? 3 : Number.POSITIVE_INFINITY, scoreOf(customer, words, personal, blind));
      return Number.isFinite(score) && (score === 0 || !text.includes('@') || hasAddress(customer, text))
        ? [{ customer, score }]
        : [];
    })
    .sort((a, b) => a.score - b.score || a.customer.id - b.customer.id)
    .map(({ customer }) => customer);
}

/** Of an address the words before its @ are in the index; the rest is looked at here. */
function hasAddress({ traits, identities }: Customer, text: string): boolean {
  const wanted = fold(text);
  const known = [...Object.values(traits), ...identities.map(({ value }) => value)];
  return known.some((value) => typeof value === 'string' && fold(value).startsWith(wanted));
}

/** A number is one word however it is parted, without the zero that dials it at home. */
function wordsToFind(text: string): string[] {
  const at = text.lastIndexOf('@');
  if (at > 0) return wordsToFind(text.slice(0, at));
  const digits = text.replace(/\D+/g, '').replace(/^0+/, '');
  if (/^[+(]?\d[\d\s()./-]{3,}$/.test(text) && digits.length > 3) return [digits];
  return [...new Set(wordsOf(text))];
}

/** How well the words describe a customer as it is now, whatever the index says; not at all is infinity. */
function scoreOf(customer: Customer, words: readonly string[], personal: Personal, blind: boolean): number {
  const known = [...wordsOfCustomer(customer, personal)].filter(([, of]) => !blind || of === wordClass.other);
  let worst = 0;
  for (const word of words) {
    const classes = known.flatMap(([each, of]) => (each.startsWith(word) ? [of] : []));
    if (classes.length === 0) return Number.POSITIVE_INFINITY;
    worst = Math.max(worst, Math.min(...classes));
  }
  const whole = fold(nameOf(customer.traits) ?? '') === words.join(' ') && !blind;
  return whole ? 1 : worst === wordClass.name ? 2 : 2 + worst;
}

/** `12` and `#12` are customers too. */
async function byNumber(tx: Transaction, text: string): Promise<number[]> {
  const id = /^#?(\d{1,15})$/.exec(text)?.[1];
  return id === undefined ? [] : findPersons(tx, `#${id}`);
}

/** Those with an identity of any kind that begins with the text, as it is written. */
async function byBeginning(tx: Transaction, text: string): Promise<number[]> {
  const found = new Set<number>();
  const forms = new Set([text, text.toLowerCase()]);
  for (const kind of await identityKinds(tx))
    for (const form of forms) {
      const rows = await tx.all<{ customer: number }>(
        'SELECT customer FROM identity WHERE kind = ? AND value >= ? AND value < ? ORDER BY value LIMIT 50',
        [kind, form, `${form}\u{10FFFF}`],
      );
      for (const { customer } of rows) found.add(customer);
    }
  return [...found];
}

/**
 * Customers for whom the index has all of the words. Words that few enough have are narrowed down to those who have them all;
 * what is too common for the index, or for following, is left to `scoreOf`.
 */
async function byWords(tx: Transaction, words: readonly string[], blind: boolean): Promise<number[]> {
  const common = await commonWords(tx);
  // A beginning of a common word may be one of another, so it is followed as well; the whole word is in no row.
  const followed = words.filter((word) => words.length === 1 || !common.has(word));
  if (followed.length === 0) return scan(tx);
  const [only] = followed;
  if (followed.length === 1 && only !== undefined) {
    const rows = await beginning(tx, only, { blind, limit: words.length === 1 ? mostRanked : 5 * mostRanked });
    return rows.length === 0 && words.every((word) => common.has(word)) ? scan(tx) : rows;
  }
  const counts: { word: string; count: number }[] = [];
  for (const word of followed) counts.push({ word, count: await countBeginning(tx, word, blind) });
  counts.sort((a, b) => a.count - b.count);
  const narrow = counts.filter(({ count }) => count < mostFollowed).map(({ word }) => word);
  const [rarest] = counts;
  if (!rarest || rarest.count === 0) return [];
  const limit = narrow.length === words.length ? mostRanked : 5 * mostRanked;
  if (narrow.length === 0) return beginning(tx, rarest.word, { blind, limit });
  const rows = await tx.all<{ customer: number }>(
    `SELECT customer FROM (${narrow.map(() => `SELECT customer FROM search_token WHERE ${begins(blind)}`).join(' INTERSECT ')}) AS found
     ORDER BY customer LIMIT ?`,
    [...narrow.flatMap((word) => [word, `${word}\u{10FFFF}`]), limit],
  );
  return rows.map(({ customer }) => customer);
}

const begins = (blind: boolean): string => `token >= ? AND token < ?${blind ? ' AND class = 3' : ''}`;

/** How many rows there are of words that begin so, as far as it matters. */
async function countBeginning(tx: Transaction, word: string, blind: boolean): Promise<number> {
  const row = await tx.first<{ count: number }>(
    `SELECT count(*) AS count FROM (SELECT 1 AS one FROM search_token WHERE ${begins(blind)} LIMIT ?) AS found`,
    [word, `${word}\u{10FFFF}`, mostFollowed],
  );
  return Number(row?.count ?? 0);
}

/** The customers with a word that begins so: those who have just this word first, names before all else. */
async function beginning(
  tx: Transaction,
  word: string,
  { blind, limit }: { blind: boolean; limit: number },
): Promise<number[]> {
  const rows = await tx.all<{ customer: number }>(
    `SELECT customer FROM search_token WHERE ${begins(blind)} ORDER BY token, class, customer LIMIT ?`,
    [word, `${word}\u{10FFFF}`, limit],
  );
  return [...new Set(rows.map(({ customer }) => customer))];
}

/** Some customers, for words that nearly everybody has. */
const scan = async (tx: Transaction): Promise<number[]> =>
  (
    await tx.all<{ id: number }>('SELECT id FROM customer WHERE merged_into IS NULL ORDER BY id LIMIT ?', [mostRanked])
  ).map(({ id }) => id);
