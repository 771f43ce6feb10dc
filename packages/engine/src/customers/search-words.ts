import type { Identity } from '../plugin/customer.ts';
import type { JsonObject } from '../plugin/json.ts';
import type { Transaction } from '../store/database.ts';
import { readMeta, writeMeta } from '../store/meta.ts';
import { tokensOf } from './search-fold.ts';
import { nameTraits } from './show-name.ts';
import type { Personal } from './show-personal.ts';

/** Part of a name; of what else tells who somebody is; of any other trait. The lower counts more. */
export const wordClass = { name: 1, personal: 2, other: 3 } as const;

/** A text that says more than this is nothing to find somebody by. */
const longestText = 80;
const mostWords = 48;

const names = new Set(nameTraits);
const looksLikeData = /^(\d{4}-\d\d-\d\d|-?\d+([.,]\d+)?$|true$|false$|https?:)/;

/** The words that a customer is found by, each with the best class that it stands in. */
export function wordsOfCustomer(
  { traits, identities }: { traits: Readonly<JsonObject>; identities: readonly Identity[] },
  { isPersonal }: Pick<Personal, 'isPersonal'>,
): Map<string, number> {
  const words = new Map<string, number>();
  const add = (text: string, of: number) => {
    for (const word of tokensOf(text)) {
      const before = words.get(word);
      if (before === undefined ? words.size < mostWords : of < before) words.set(word, of);
    }
  };
  for (const name of names) {
    const value = traits[name];
    if (typeof value === 'string') add(value.slice(0, longestText), wordClass.name);
  }
  for (const { kind, value } of identities) {
    if (kind === 'phone') addNumber(value, (digits) => add(digits, wordClass.personal));
    // Whole identities are looked up where they are kept; their parts are words: ann.smith@example.com is found by smith.
    else if (kind === 'email') add(value.slice(0, value.lastIndexOf('@')), wordClass.personal);
  }
  for (const [name, value] of Object.entries(traits)) {
    if (typeof value !== 'string' || names.has(name) || value.length > longestText || looksLikeData.test(value))
      continue;
    const personal = isPersonal(name);
    if (personal && value.includes('@')) add(value.slice(0, value.lastIndexOf('@')), wordClass.personal);
    else if (/^\+?[\d\s()./-]{6,}$/.test(value)) addNumber(value, (digits) => add(digits, personal ? 2 : 3));
    else add(value, personal ? wordClass.personal : wordClass.other);
  }
  return words;
}

/** A number is found with and without what dials its country. */
function addNumber(text: string, add: (digits: string) => void): void {
  const digits = text.replace(/\D+/g, '').replace(/^0+/, '');
  if (digits.length < 5) return;
  add(digits);
  if (text.trim().startsWith('+') || text.trim().startsWith('00')) for (const cut of [1, 2, 3]) add(digits.slice(cut));
}

/** Words as a customer's row keeps them: the class before each, so that they can be taken out again. */
export const packWords = (words: ReadonlyMap<string, number>): string =>
  Array.from(words, ([word, of]) => `${of}${word}`).join(' ');

export const unpackWords = (text: string): [word: string, of: number][] =>
  text === '' ? [] : text.split(' ').map((each) => [each.slice(1), Number(each[0])]);

const due = 'search_due';
const upTo = 'search_to';

/** Up to which customer all are in the index, but for those who have changed since. */
export const indexedTo = async (tx: Transaction): Promise<number> => Number((await readMeta(tx, upTo)) ?? 0);
export const setIndexedTo = (tx: Transaction, customer: number): Promise<void> => writeMeta(tx, upTo, String(customer));

/** Customers who are to be looked at again. Those whom the index has not come to yet need no mention. */
export async function wordsChanged(tx: Transaction, customers: readonly number[]): Promise<void> {
  if (customers.length === 0) return;
  await tx.run(
    `INSERT INTO ${due} (customer) SELECT DISTINCT value FROM ${tx.dialect.list('int')} AS changed
     WHERE value <= (SELECT coalesce(max(CAST(value AS BIGINT)), 0) FROM meta WHERE name = '${upTo}')
     ON CONFLICT DO NOTHING`,
    [JSON.stringify([...customers].sort((a, b) => a - b))],
  );
}

/** Takes customers out of the index. */
export async function forgetWords(tx: Transaction, customers: readonly number[]): Promise<void> {
  const those = `customer IN (SELECT value FROM ${tx.dialect.list('int')} AS wanted)`;
  const ids = [JSON.stringify(customers)];
  const rows = await tx.all<{ customer: number; tokens: string }>(
    `SELECT customer, tokens FROM search_doc WHERE ${those} ORDER BY customer`,
    ids,
  );
  await removeTokens(
    tx,
    rows.flatMap(({ customer, tokens }) => unpackWords(tokens).map(([word, of]) => [word, of, customer] as const)),
  );
  await tx.run(`DELETE FROM search_doc WHERE ${those}`, ids);
  await tx.run(`DELETE FROM search_due WHERE ${those}`, ids);
}

type Token = readonly [word: string, of: number, customer: number];
const byKey = ([a, c, i]: Token, [b, d, j]: Token) => (a < b ? -1 : a > b ? 1 : c - d || i - j);

export const removeTokens = (tx: Transaction, tokens: readonly Token[]): Promise<number> =>
  tx.runMany('DELETE FROM search_token WHERE token = ? AND class = ? AND customer = ?', [...tokens].sort(byKey));

/** In the order of the key, a batch touches each page of the table once. */
export const addTokens = (tx: Transaction, tokens: readonly Token[]): Promise<number> =>
  tx.run(
    `INSERT INTO search_token (token, class, customer) SELECT c0, c1, c2 FROM ${tx.dialect.rows(['text', 'int', 'int'])} AS one
     WHERE true ON CONFLICT DO NOTHING`,
    [JSON.stringify([...tokens].sort(byKey))],
  );
