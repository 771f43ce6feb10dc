import type { Identity, Merge } from '../plugin/customer.ts';
import type { Keys } from '../plugin/identity/keys.ts';
import type { Transaction } from '../store/database.ts';
import { lockCustomers } from '../store/lock-customers.ts';
import { oneAtATime } from '../store/one-at-a-time.ts';
import type { Owned } from './add-identities.ts';
import { findOwners } from './add-identities.ts';
import { Held } from './identity/held.ts';
import { readKeys } from './identity/policy.ts';
import type { Refusal } from './usable-identity.ts';
import { toKey } from './usable-identity.ts';
import { follow } from './survivors.ts';

/** The identities of several parties, one after the other: those of party i are from starts[i] to starts[i + 1]. */
export interface Parties {
  kinds: readonly string[];
  values: readonly string[];
  starts: readonly number[];
}

export interface Match {
  /** Undefined when no identity can be used. */
  customer: number | undefined;
  created: boolean;
  /** Why an identity was not taken, in words; one of somebody else stays theirs. */
  refused: readonly string[];
  /** Those of them that are nothing of their kind, as a phone number that no telephone can have: still worth knowing. */
  unread?: readonly Identity[];
}

/**
 * Finds or invents a customer for each party of a batch, in order: what one party brings is known to the next. It decides
 * only; whoever uses it inserts the customers it has invented (ids without a gap), the identities they have gained, and
 * merges whom it has found to be one.
 *
 * Of the customers that a party's keys lead to, the one of the key that counts most is meant, unless a key that counts more
 * says that it cannot be: somebody else's user id on the same browser. The keys of the others stay theirs, or bring them in
 * where the policy lets a key of that kind do so. A customer has at most as many keys of a kind as the policy allows.
 */
export class Matcher {
  readonly gained: Owned[];
  /** Customers who are one by what a party has said, where those who ask can merge them. */
  readonly same: Merge[] = [];
  readonly #parties: Parties;
  readonly #keys: Keys;
  /** The one form of each value, or why there is none. */
  readonly #values: readonly (string | Refusal)[];
  readonly #owners: ReadonlyMap<string, Map<string, number>>;
  readonly #into = new Map<number, number>();
  readonly #mayMerge: boolean;
  readonly #held: Held;
  #nextId: number;

  private constructor(
    parties: Parties,
    keys: Keys,
    values: readonly (string | Refusal)[],
    owners: ReadonlyMap<string, Map<string, number>>,
    { held, gained, nextId, mayMerge }: { held: Held; gained: Owned[]; nextId: number; mayMerge: boolean },
  ) {
    this.#parties = parties;
    this.#keys = keys;
    this.#values = values;
    this.#owners = owners;
    this.#held = held;
    this.gained = gained;
    this.#nextId = nextId;
    this.#mayMerge = mayMerge;
  }

  static async over(tx: Transaction, parties: Parties, { mayMerge = false } = {}): Promise<Matcher> {
    const keys = await readKeys(tx);
    const values = parties.values.map((given, i) => {
      const key = toKey(keys, parties.kinds[i] as string, given);
      return 'value' in key ? key.value : key;
    });
    let owners = await ownersOf(tx, parties.kinds, values);
    // Somebody may be new: two transactions that meet the same stranger at once must not make two customers of one. And who
    // is known may be merged into another at this moment. Whoever holds them looks again who they are; strangers first,
    // so that nobody who holds customers waits for one who wants them.
    if (tx.dialect.name === 'postgres') {
      if (values.some((value, i) => typeof value === 'string' && !owners.get(parties.kinds[i] as string)?.has(value))) {
        await oneAtATime(tx, 'customers');
        owners = await ownersOf(tx, parties.kinds, values);
      }
      await lockCustomers(tx, [...new Set([...owners.values()].flatMap((ofKind) => [...ofKind.values()]))]);
      owners = await ownersOf(tx, parties.kinds, values);
    }
    const gaining = whoMayGain(parties, values, owners);
    const gained: Owned[] = [];
    const held = await Held.of(tx, gaining, gained);
    // A merged customer keeps its row, and of one who was erased the number is known: none is ever given twice, for links in
    // mails name it.
    const last = await tx.first<{ id: number | null }>(
      'SELECT max(id) AS id FROM (SELECT max(id) AS id FROM customer UNION ALL SELECT max(customer) FROM erasure) AS known',
    );
    return new Matcher(parties, keys, values, owners, { held, gained, nextId: (last?.id ?? 0) + 1, mayMerge });
  }

  /** Parties must be asked for in their order, each once. */
  match(party: number): Match {
    const { kinds, starts } = this.#parties;
    const from = starts[party] as number;
    const to = starts[party + 1] as number;
    if (to - from === 1) return this.#matchOne(from);
    const refused: string[] = [];
    const usable: number[] = [];
    for (let i = from; i < to; i++) {
      const value = this.#values[i] as string | Refusal;
      if (typeof value === 'string') usable.push(i);
      else refused.push(value.reason);
    }
    if (usable.length === 0) return { customer: undefined, created: false, refused };
    const unread = refused.length > 0 ? this.#unread(from, to) : [];
    if (usable.length > 1) usable.sort((a, b) => this.#rank(a) - this.#rank(b) || a - b);

    let customer: number | undefined;
    for (const i of usable) {
      const owner = this.#owner(i);
      if (owner === undefined || !this.#canBe(owner, i, usable)) continue;
      customer = owner;
      break;
    }
    const created = customer === undefined;
    customer ??= this.#nextId++;
    const first = this.gained.length;
    const given = (kind: string) => {
      let count = 0;
      for (let i = first; i < this.gained.length; i++) if (this.gained[i]?.kind === kind) count++;
      return count;
    };
    for (const i of usable) {
      const kind = kinds[i] as string;
      const value = this.#values[i] as string;
      const owner = this.#owner(i);
      if (owner === customer) continue;
      if (owner === undefined) {
        const { limit } = this.#keys.of(kind);
        const has = () => (created ? given(kind) : (this.#held.kinds(customer).get(kind) ?? 0));
        if (limit < Number.POSITIVE_INFINITY && has() >= limit) {
          refused.push(
            `the ${kind} ${JSON.stringify(value)} is more than the ${limit} that customer ${customer} may have`,
          );
          continue;
        }
        (this.#owners.get(kind) as Map<string, number>).set(value, customer);
        this.gained.push({ kind, value, customer });
      } else if (this.#mayMerge && this.#areOne(owner, customer, kind)) {
        this.same.push({
          customer: owner,
          into: customer,
          why: `named together by the ${kind} ${JSON.stringify(value)}`,
        });
        this.#held.give(owner, customer);
        this.#into.set(owner, customer);
      } else {
        refused.push(`the ${kind} ${JSON.stringify(value)} belongs to customer ${owner}`);
      }
    }
    return unread.length > 0 ? { customer, created, refused, unread } : { customer, created, refused };
  }

  /** A party of one key, as most rows of a file are: known by it, or new. */
  #matchOne(i: number): Match {
    const value = this.#values[i] as string | Refusal;
    if (typeof value !== 'string') return { customer: undefined, created: false, refused: [value.reason] };
    const owner = this.#owner(i);
    if (owner !== undefined) return { customer: owner, created: false, refused: none };
    const kind = this.#parties.kinds[i] as string;
    const customer = this.#nextId++;
    (this.#owners.get(kind) as Map<string, number>).set(value, customer);
    this.gained.push({ kind, value, customer });
    return { customer, created: true, refused: none };
  }

  #unread(from: number, to: number): Identity[] {
    const unread: Identity[] = [];
    for (let i = from; i < to; i++) {
      const value = this.#values[i];
      if (typeof value === 'object' && value.unread)
        unread.push({ kind: this.#parties.kinds[i] as string, value: this.#parties.values[i] as string });
    }
    return unread;
  }

  #rank(i: number): number {
    return this.#keys.of(this.#parties.kinds[i] as string).rank;
  }

  #owner(i: number): number | undefined {
    const owner = this.#owners.get(this.#parties.kinds[i] as string)?.get(this.#values[i] as string);
    return owner === undefined || this.#into.size === 0 ? owner : follow(this.#into, owner);
  }

  /** Whether the customer of a key may be the party: not if a key that counts more would be one more than it may have. */
  #canBe(owner: number, by: number, usable: readonly number[]): boolean {
    const rank = this.#rank(by);
    for (const i of usable) {
      if (i === by || this.#rank(i) >= rank) return true;
      const kind = this.#parties.kinds[i] as string;
      const { limit } = this.#keys.of(kind);
      if (limit < Number.POSITIVE_INFINITY && (this.#held.kinds(owner).get(kind) ?? 0) >= limit) return false;
    }
    return true;
  }

  /** Whether a key of this kind, of `owner`, makes one customer of the two. */
  #areOne(owner: number, customer: number, kind: string): boolean {
    const { merge } = this.#keys.of(kind);
    if (merge === 'never') return false;
    const theirs = this.#held.kinds(owner);
    const ours = this.#held.kinds(customer);
    for (const [held, count] of theirs) {
      const rule = this.#keys.of(held);
      if (merge === 'anonymous' && rule.merge === 'never') return false;
      if (count + (ours.get(held) ?? 0) > rule.limit) return false;
    }
    return true;
  }
}

const none: readonly string[] = [];

/** By kind, who is known by which value. */
async function ownersOf(
  tx: Transaction,
  kinds: readonly string[],
  values: readonly (string | Refusal)[],
): Promise<Map<string, Map<string, number>>> {
  const byKind = new Map<string, string[]>();
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (typeof value !== 'string') continue;
    const kind = kinds[i] as string;
    const some = byKind.get(kind);
    if (some) some.push(value);
    else byKind.set(kind, [value]);
  }
  const owners = new Map<string, Map<string, number>>();
  for (const [kind, some] of byKind) owners.set(kind, await findOwners(tx, kind, some.sort()));
  return owners;
}

/** Known customers whose keys a batch may add to, or set against each other: how many they have is asked of these alone. */
function whoMayGain(
  { kinds, starts }: Parties,
  values: readonly (string | Refusal)[],
  owners: ReadonlyMap<string, Map<string, number>>,
): number[] {
  const found = new Set<number>();
  for (let party = 0; party + 1 < starts.length; party++) {
    const from = starts[party] as number;
    const to = starts[party + 1] as number;
    if (to - from < 2) continue;
    const own = new Set<number | undefined>();
    for (let i = from; i < to; i++) {
      const value = values[i];
      if (typeof value === 'string') own.add(owners.get(kinds[i] as string)?.get(value));
    }
    if (own.size > 1) for (const owner of own) if (owner !== undefined) found.add(owner);
  }
  return [...found].sort((a, b) => a - b);
}
