import type { Alike } from '../../plugin/contexts.ts';
import type { Commonness, LikenessPolicy, Person } from '../../plugin/likeness/index.ts';
import { blockKeys, explain, fold, Likeness } from '../../plugin/likeness/index.ts';
import type { Transaction } from '../../store/database.ts';
import { findCustomers } from '../find-customers.ts';
import { readIdentityPolicy } from '../identity/policy.ts';
import { unpackWords, wordClass, wordsOfCustomer } from '../search-words.ts';
import { knownPersonal } from '../show-personal.ts';
import { cluster } from './cluster.ts';
import { readApart, readUnique } from './known.ts';
import { readPersons } from './read-persons.ts';

/** A word that as few customers have says enough by itself. */
const few = 60;
/** Two parts of a name are looked up together if one of them is as rare as this. */
const some = 5_000;
/** As many candidates are compared with one customer. */
const most = 200;

/**
 * Whom some customers are like, in the whole base: those who share a rare word with one of them, or the parts of a name, by
 * the index that search keeps. That index tells how common a value is, too. Whoever came a moment ago is in it a moment later.
 */
export async function findAlike(tx: Transaction, customers: readonly number[]): Promise<Alike[]> {
  const policy = await readIdentityPolicy(tx);
  const { likeness: how } = policy;
  const words = await wordsOf(tx, customers);
  const counts = await countWords(tx, new Set([...words.values()].flatMap((own) => [...own.keys()])));
  const candidates = await candidatesOf(tx, words, counts);
  const persons = new Map<number, Person>();
  const wanted = [...new Set([...customers, ...[...candidates.values()].flatMap((found) => [...found])])];
  for (let from = 0; from < wanted.length; from += 2_000)
    for (const person of await readPersons(tx, wanted.slice(from, from + 2_000), how)) persons.set(person.id, person);
  addNeighbours(customers, persons, candidates);

  const last = await tx.first<{ id: number | null }>('SELECT max(id) AS id FROM customer');
  const likeness = new Likeness(how, commonness(Number(last?.id ?? 0), counts));
  const pairs = new Map<string, ReturnType<typeof pairOf>>();
  for (const [id, found] of candidates)
    for (const other of found) {
      const [a, b] = [persons.get(Math.min(id, other)), persons.get(Math.max(id, other))];
      if (!a || !b || a === b || pairs.has(`${a.id} ${b.id}`)) continue;
      pairs.set(`${a.id} ${b.id}`, pairOf(likeness, a, b));
    }
  return decided(tx, [...pairs.values()], how, policy);
}

function pairOf(likeness: Likeness, a: Person, b: Person) {
  const { score, levels } = likeness.score(a, b);
  const births: [number, number] = [a.birth, b.birth];
  return { customer: a.id, other: b.id, score, why: explain(levels), births };
}

async function decided(
  tx: Transaction,
  pairs: readonly ReturnType<typeof pairOf>[],
  { merge, propose }: LikenessPolicy,
  policy: Parameters<typeof readUnique>[1],
): Promise<Alike[]> {
  const likely = pairs.filter(({ score }) => score >= propose);
  if (likely.length === 0) return [];
  const involved = [...new Set(likely.flatMap(({ customer, other }) => [customer, other]))];
  const apart = await readApart(tx, involved);
  const unique = await readUnique(tx, policy, involved);
  const isApart = ({ customer, other }: { customer: number; other: number }) => apart.get(customer)?.includes(other);
  const { conflicts } = cluster(
    likely.filter(({ score }) => score >= merge),
    { unique: (customer) => unique.get(customer) ?? [], apart: (customer) => apart.get(customer) ?? [] },
  );
  const against = new Map(conflicts.map(({ pair, because }) => [pair, because]));
  return likely
    .filter((pair) => !isApart(pair))
    .map((pair) => {
      const { customer, other, score, why } = pair;
      const because = against.get(pair);
      return because === undefined
        ? { customer, other, score, why, certain: score >= merge }
        : { customer, other, score, why: `${why}; not merged because ${because}`, certain: false };
    })
    .sort((a, b) => b.score - a.score);
}

/** The words that each is found by, with their class: as the index has them, or as it will. */
async function wordsOf(tx: Transaction, customers: readonly number[]): Promise<Map<number, Map<string, number>>> {
  const rows = await tx.all<{ customer: number; tokens: string }>(
    `SELECT customer, tokens FROM search_doc WHERE customer IN (SELECT value FROM ${tx.dialect.list('int')} AS wanted)`,
    [JSON.stringify(customers)],
  );
  const words = new Map(rows.map(({ customer, tokens }) => [customer, new Map(unpackWords(tokens))]));
  const missing = customers.filter((id) => !words.has(id));
  if (missing.length > 0) {
    const personal = await knownPersonal(tx);
    for (const customer of await findCustomers(tx, missing))
      words.set(
        customer.id,
        wordsOfCustomer({ traits: { ...customer.traits }, identities: customer.identities }, personal),
      );
  }
  return words;
}

/** How many customers have each word; beyond `some` nobody counts. */
async function countWords(tx: Transaction, words: ReadonlySet<string>): Promise<Map<string, number>> {
  const rows = await tx.all<{ word: string; count: number }>(
    `SELECT w.value AS word, (SELECT count(*) FROM (SELECT 1 AS one FROM search_token t WHERE t.token = w.value LIMIT ${some + 1}) many) AS count
     FROM ${tx.dialect.list('text')} w`,
    [JSON.stringify([...words])],
  );
  return new Map(rows.map(({ word, count }) => [word, Number(count)]));
}

async function candidatesOf(
  tx: Transaction,
  words: ReadonlyMap<number, ReadonlyMap<string, number>>,
  counts: ReadonlyMap<string, number>,
): Promise<Map<number, Set<number>>> {
  const rare = [...counts].flatMap(([word, count]) => (count > 0 && count <= few ? [word] : []));
  const having = new Map<string, number[]>();
  for (const { token, customer } of await tx.all<{ token: string; customer: number }>(
    `SELECT t.token, t.customer FROM ${tx.dialect.list('text')} w ${tx.dialect.lookupJoin} search_token t WHERE t.token = w.value`,
    [JSON.stringify(rare)],
  ))
    having.set(token, [...(having.get(token) ?? []), customer]);

  const found = new Map<number, Set<number>>();
  for (const [customer, own] of words) {
    const mine = new Set<number>();
    for (const word of own.keys()) for (const other of having.get(word) ?? []) if (mine.size < most) mine.add(other);
    const [rarer, other] = [...own]
      .filter(([word, of]) => of === wordClass.name && (counts.get(word) ?? 0) > few)
      .map(([word]) => word)
      .sort((a, b) => (counts.get(a) ?? 0) - (counts.get(b) ?? 0));
    if (rarer && other && (counts.get(rarer) ?? 0) <= some)
      for (const row of await tx.all<{ customer: number }>(
        `SELECT a.customer FROM search_token a JOIN search_token b ON b.token = ? AND b.class = ${wordClass.name} AND b.customer = a.customer
         WHERE a.token = ? AND a.class = ${wordClass.name} LIMIT ${most}`,
        [other, rarer],
      ))
        mine.add(row.customer);
    mine.delete(customer);
    found.set(customer, mine);
  }
  return found;
}

/** Those who are asked about are compared with each other too: none of them need be in the index yet. */
function addNeighbours(
  customers: readonly number[],
  persons: ReadonlyMap<number, Person>,
  candidates: Map<number, Set<number>>,
): void {
  const blocks = new Map<string, number[]>();
  for (const id of customers) {
    const person = persons.get(id);
    if (!person) continue;
    for (const key of blockKeys(person)) {
      const block = blocks.get(key) ?? [];
      blocks.set(key, block);
      for (const other of block.slice(-most)) candidates.set(id, (candidates.get(id) ?? new Set()).add(other));
      block.push(id);
    }
  }
}

/** What the index tells of how common values are. Addresses and keys are taken for rare, birth dates for evenly spread. */
function commonness(customers: number, counts: ReadonlyMap<string, number>): Commonness {
  const folded = new Map<string, number>();
  for (const [word, count] of counts) folded.set(fold(word), Math.max(count, folded.get(fold(word)) ?? 0));
  const ofWords = (value: string) => Math.min(...value.split(' ').map((word) => folded.get(word) ?? 0));
  return {
    customers,
    count: (field, value) => {
      if (field === 'n' || field === 'c') return ofWords(value);
      return field === 'b' ? customers / 25_000 : 0;
    },
  };
}
