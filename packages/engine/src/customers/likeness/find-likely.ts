import type { Levels, LikenessPolicy, Person } from '../../plugin/likeness/index.ts';
import { blockKeys, Census, hash, Likeness } from '../../plugin/likeness/index.ts';
import type { Database } from '../../store/database.ts';
import { Blocks } from './blocks.ts';
import { readPersons, scanPersons } from './read-persons.ts';

/** Two who are likely to be one. `customer` is the smaller id. */
export interface LikelyPair {
  customer: number;
  other: number;
  score: number;
  levels: Levels;
  births: readonly [number, number];
}

export interface Search {
  customers: number;
  pairs: number;
  /** Keys that more customers share than are compared with each other: only those next to each other in order were. */
  oversized: { keys: number; customers: number; largest: number };
}

export interface Limits {
  /** Customers read at a time. So few that what was read is gone again before it grows old: with 5,000 the heap is three times as large. */
  scan: number;
  /** As many who share a key are compared each with each. */
  block: number;
  /** Beyond that, each with so many who follow in order of name, and of birth date. */
  neighbours: number;
  /** Keys held at a time, 8 bytes each: for more, the base is gone through again. */
  keys: number;
}

export const searchLimits: Limits = { scan: 250, block: 1_000, neighbours: 40, keys: 4_000_000 };

/** As many customers are held as it takes to compare the blocks of one batch; few, for the same reason. */
const held = 400;

/**
 * Finds customers who may be one person, over the whole base: once through it to count how common values are and under which
 * keys everybody is found, then block by block. Customers are read as they are needed and never held all; what stays are
 * 8 bytes a key. Two who share several keys are compared once, under the first that they share.
 */
export async function findLikely(
  db: Pick<Database, 'read'>,
  {
    policy,
    limits = searchLimits,
    onPair,
    onProgress = () => {},
  }: {
    policy: LikenessPolicy;
    limits?: Limits;
    onPair: (pair: LikelyPair) => void;
    onProgress?: (done: number) => void;
  },
): Promise<Search> {
  const count = await db.read((tx) => tx.first<{ count: number }>('SELECT count(*) AS count FROM customer'));
  const census = new Census(Number(count?.count ?? 0));
  const likeness = new Likeness(policy, census);
  let keys = 0;
  let customers = 0;
  for await (const persons of everybody(db, policy, limits)) {
    for (const person of persons) {
      census.add(person);
      keys += blockKeys(person).length;
    }
    customers += persons.length;
  }
  const search: Search = { customers, pairs: 0, oversized: { keys: 0, customers: 0, largest: 0 } };
  const rounds = Math.max(1, Math.ceil(keys / limits.keys));
  for (let round = 0; round < rounds; round++) {
    const ids = new Float64Array(customers + limits.scan);
    const blocks = new Blocks(rounds === 1 ? keys : Math.ceil((1.1 * keys) / rounds));
    let place = 0;
    for await (const persons of everybody(db, policy, limits))
      for (const person of persons) {
        if (place === ids.length) break;
        for (const key of hashed(person)) if (key % rounds === round) blocks.add(key, place);
        ids[place++] = person.id;
      }
    blocks.sort();
    await compareBlocks(db, {
      blocks,
      ids,
      likeness,
      policy,
      limits,
      search,
      onPair,
      isMine: (key) => key % rounds === round,
      onProgress,
    });
  }
  return search;
}

async function* everybody(
  db: Pick<Database, 'read'>,
  policy: LikenessPolicy,
  { scan }: Limits,
): AsyncGenerator<Person[]> {
  for (let above = 0; ; ) {
    const from = above;
    const { persons, last } = await db.read((tx) => scanPersons(tx, { above: from, limit: scan, policy }));
    if (last === undefined) return;
    yield persons;
    above = last;
  }
}

const hashed = (person: Person): number[] => [...new Set(blockKeys(person).map(hash))].sort((a, b) => a - b);

interface Comparing {
  blocks: Blocks;
  ids: Float64Array;
  likeness: Likeness;
  policy: LikenessPolicy;
  limits: Limits;
  search: Search;
  isMine: (key: number) => boolean;
  onPair: (pair: LikelyPair) => void;
  onProgress: (done: number) => void;
}

interface Member {
  person: Person;
  keys: readonly number[];
}

async function compareBlocks(db: Pick<Database, 'read'>, comparing: Comparing): Promise<void> {
  const { blocks, ids, policy, limits, search, onProgress } = comparing;
  const large = new Set<number>();
  for (const { key, places } of blocks.shared(limits.block + 1)) {
    large.add(key);
    search.oversized.keys++;
    search.oversized.customers += places.length;
    search.oversized.largest = Math.max(search.oversized.largest, places.length);
  }

  const load = async (places: Iterable<number>): Promise<Map<number, Member>> => {
    const wanted = Array.from(new Set(places), (place) => ids[place] as number).sort((a, b) => a - b);
    const persons = await db.read((tx) => readPersons(tx, wanted, policy));
    return new Map(persons.map((person) => [person.id, { person, keys: hashed(person) }]));
  };
  let batch: { key: number; places: Uint32Array }[] = [];
  let size = 0;
  let done = 0;
  const work = async () => {
    const members = await load(batch.flatMap(({ places }) => [...places]));
    for (const { key, places } of batch) {
      const here = Array.from(places, (place) => members.get(ids[place] as number)).filter((one) => one !== undefined);
      for (let i = 0; i < here.length; i++)
        for (let j = i + 1; j < here.length; j++) {
          const [a, b] = [here[i] as Member, here[j] as Member];
          if (firstShared(a, b, large, comparing.isMine) === key) tryPair(comparing, a.person, b.person);
        }
    }
    done += size;
    onProgress(Math.min(1, done / Math.max(1, blocks.size)));
    batch = [];
    size = 0;
  };
  for (const block of blocks.shared()) {
    if (large.has(block.key)) continue;
    batch.push(block);
    size += block.places.length;
    if (size >= held) await work();
  }
  if (size > 0) await work();

  for (const { key, places } of blocks.shared(limits.block + 1)) {
    for (let from = 0; from < places.length; from += 4 * held) {
      const here = [...(await load(places.subarray(from, from + 4 * held))).values()];
      compareNeighbours(comparing, here, key, large);
    }
  }
}

/** Those who stand next to each other in order of name, and then of birth date. */
function compareNeighbours(comparing: Comparing, members: Member[], key: number, large: ReadonlySet<number>): void {
  const orders = [
    ({ family, given, birth }: Person) => `${family} ${given} ${birth}`,
    ({ birth, given }: Person) => `${birth} ${given}`,
    ({ postcode, street, house }: Person) => `${postcode} ${street} ${house}`,
  ];
  const tried = new Set<string>();
  for (const order of orders) {
    const sorted = members
      .map((member) => ({ ...member, by: order(member.person) }))
      .sort((a, b) => (a.by < b.by ? -1 : a.by > b.by ? 1 : 0));
    for (let i = 0; i < sorted.length; i++)
      for (let j = i + 1; j <= i + comparing.limits.neighbours && j < sorted.length; j++) {
        const [a, b] = [sorted[i] as Member, sorted[j] as Member];
        const pair = a.person.id < b.person.id ? `${a.person.id} ${b.person.id}` : `${b.person.id} ${a.person.id}`;
        if (tried.has(pair)) continue;
        tried.add(pair);
        // Who shares a smaller key is compared under that one, or under the first of the large ones.
        if (
          firstShared(a, b, large, comparing.isMine) === undefined &&
          firstShared(a, b, none, (one) => large.has(one)) === key
        )
          tryPair(comparing, a.person, b.person);
      }
  }
}

const none: ReadonlySet<number> = new Set();

/** The first key that both have, of those that are compared each with each. */
function firstShared(
  a: Member,
  b: Member,
  large: ReadonlySet<number>,
  counts: (key: number) => boolean,
): number | undefined {
  const [x, y] = [a.keys, b.keys];
  for (let i = 0, j = 0; i < x.length && j < y.length; ) {
    const [p, q] = [x[i] as number, y[j] as number];
    if (p === q) {
      if (counts(p) && (large.size === 0 || !large.has(p))) return p;
      i++;
      j++;
    } else if (p < q) i++;
    else j++;
  }
  return undefined;
}

function tryPair({ likeness, policy, search, onPair }: Comparing, x: Person, y: Person): void {
  const [a, b] = x.id < y.id ? [x, y] : [y, x];
  search.pairs++;
  const { score, levels } = likeness.score(a, b);
  if (score >= policy.propose) onPair({ customer: a.id, other: b.id, score, levels, births: [a.birth, b.birth] });
}
