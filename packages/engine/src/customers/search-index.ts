import type { Transaction } from '../store/database.ts';
import { readMeta, writeMeta } from '../store/meta.ts';
import { tryOneAtATime } from '../store/one-at-a-time.ts';
import { findCustomers } from './find-customers.ts';
import {
  addTokens,
  indexedTo,
  packWords,
  removeTokens,
  setIndexedTo,
  unpackWords,
  wordClass,
  wordsOfCustomer,
} from './search-words.ts';
import { knownPersonal } from './show-personal.ts';

/** Customers of one pass: tens of milliseconds, so that nothing waits long for it. */
const atOnce = 200;
const sampled = 2_000;
/** A word of this share of all customers finds nobody. Of names more may be alike: a fifth of a family town is called the same. */
const common = { [wordClass.name]: 0.05, [wordClass.personal]: 0.05, [wordClass.other]: 0.01 } as const;
/** Below this, nothing is common: ten customers of one town are found by it. */
const fewCustomers = 20_000;

const name = 'search_common';

/** Words that are not in the index, because nearly everybody has them. */
export const commonWords = async (tx: Transaction): Promise<ReadonlySet<string>> => {
  const text = await readMeta(tx, name);
  return new Set(text === undefined ? [] : (JSON.parse(text).words as string[]));
};

/**
 * Brings the next customers into the index: those who have changed, then those whom it has not come to yet. How many. The
 * index lags behind what is written, so that what comes in costs no more for it; who is looked for by a whole key is found at once.
 */
export async function indexCustomers(tx: Transaction): Promise<number> {
  if (!(await tryOneAtATime(tx, 'search'))) return 0;
  // Taken out before they are read: whoever changes one of them meanwhile waits, and puts it in again.
  const changed = (
    await tx.all<{ customer: number }>(
      `DELETE FROM search_due WHERE customer IN (SELECT customer FROM search_due ORDER BY customer LIMIT ?)
       RETURNING customer`,
      [atOnce],
    )
  )
    .map(({ customer }) => customer)
    .sort((a, b) => a - b);
  const reached = await indexedTo(tx);
  const fresh =
    changed.length > 0
      ? []
      : (
          await tx.all<{ id: number }>(
            `SELECT id FROM customer WHERE id > ? ORDER BY id LIMIT ? ${tx.dialect.lock('customer')}`,
            [reached, atOnce],
          )
        ).map(({ id }) => id);
  const customers = [...changed, ...fresh];
  if (customers.length === 0) return 0;

  const leftOut = await renewCommon(tx, reached);
  const personal = await knownPersonal(tx);
  const ids = JSON.stringify(customers);
  const those = `customer IN (SELECT value FROM ${tx.dialect.list('int')} AS wanted)`;
  const before = new Map<number, string>();
  if (changed.length > 0)
    for (const row of await tx.all<{ customer: number; tokens: string }>(
      `SELECT customer, tokens FROM search_doc WHERE ${those}`,
      [ids],
    ))
      before.set(row.customer, row.tokens);

  const gone: [string, number, number][] = [];
  const added: [string, number, number][] = [];
  const docs: [number, string][] = [];
  const present = new Map((await findCustomers(tx, customers)).map((customer) => [customer.id, customer]));
  for (const id of customers) {
    const customer = present.get(id);
    const words = customer ? wordsOfCustomer(customer, personal) : new Map<string, number>();
    for (const word of leftOut) words.delete(word);
    const packed = packWords(words);
    const known = before.get(id);
    if (known === packed) continue;
    const old = new Map(unpackWords(known ?? ''));
    for (const [word, of] of old) if (words.get(word) !== of) gone.push([word, of, id]);
    for (const [word, of] of words) if (old.get(word) !== of) added.push([word, of, id]);
    docs.push([id, packed]);
  }
  await removeTokens(tx, gone);
  await addTokens(tx, added);
  await tx.run(
    `INSERT INTO search_doc (customer, tokens) SELECT c0, c1 FROM ${tx.dialect.rows(['int', 'text'])} AS one WHERE true
     ON CONFLICT (customer) DO UPDATE SET tokens = excluded.tokens`,
    [JSON.stringify(docs)],
  );
  const last = fresh.at(-1);
  if (last !== undefined) await setIndexedTo(tx, last);
  return customers.length;
}

/** Which words are common, asked anew whenever the base has grown fourfold: then a sample tells. */
async function renewCommon(tx: Transaction, reached: number): Promise<ReadonlySet<string>> {
  const stored = await readMeta(tx, name);
  const { at, words } =
    stored === undefined ? { at: 0, words: [] } : (JSON.parse(stored) as { at: number; words: string[] });
  if (at > 0 && reached < 4 * at) return new Set(words);
  const last = (await tx.first<{ id: number | null }>('SELECT max(id) AS id FROM customer'))?.id ?? 0;
  if (last < fewCustomers) return new Set(words);
  const personal = await knownPersonal(tx);
  const step = Math.max(1, Math.floor(last / sampled));
  const sample = await findCustomers(
    tx,
    Array.from({ length: sampled }, (_, i) => 1 + i * step),
  );
  const counts = new Map<string, { of: number; count: number }>();
  for (const customer of sample)
    for (const [word, of] of wordsOfCustomer(customer, personal)) {
      const known = counts.get(word);
      if (known) known.count++;
      else counts.set(word, { of, count: 1 });
    }
  const found = [...counts]
    .filter(([, { of, count }]) => count > sample.length * (common[of as keyof typeof common] ?? 1))
    .map(([word]) => word);
  // What was left out stays so: it is not in the rows that are written already.
  const all = [...new Set([...words, ...found])].sort();
  await writeMeta(tx, name, JSON.stringify({ at: Math.max(last, 1), words: all }));
  return new Set(all);
}
