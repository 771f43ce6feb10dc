import type { Transaction } from '../store/database.ts';
import { lockCustomers } from '../store/lock-customers.ts';
import { oneAtATime } from '../store/one-at-a-time.ts';
import type { Owned } from './add-identities.ts';
import { findOwners } from './add-identities.ts';
import { whyUnusable } from './usable-identity.ts';

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
}

/**
 * Finds or invents a customer for each party of a batch, in order: what one party brings is known to the next. It decides
 * only; whoever uses it inserts the customers it has invented (ids without a gap) and the identities they have gained.
 */
export class Matcher {
  readonly gained: Owned[] = [];
  readonly #parties: Parties;
  readonly #values: readonly string[];
  readonly #owners: ReadonlyMap<string, Map<string, number>>;
  #nextId: number;

  private constructor(
    parties: Parties,
    values: readonly string[],
    owners: ReadonlyMap<string, Map<string, number>>,
    nextId: number,
  ) {
    this.#parties = parties;
    this.#values = values;
    this.#owners = owners;
    this.#nextId = nextId;
  }

  static async over(tx: Transaction, parties: Parties): Promise<Matcher> {
    const values = parties.values.map((value) => value.trim());
    let owners = await ownersOf(tx, parties.kinds, values);
    // Somebody may be new: two transactions that meet the same stranger at once must not make two customers of one. And who
    // is known may be merged into another at this moment. Whoever holds them looks again who they are; strangers first,
    // so that nobody who holds customers waits for one who wants them.
    if (tx.dialect.name === 'postgres') {
      if (values.some((value, i) => !owners.get(parties.kinds[i] as string)?.has(value))) {
        await oneAtATime(tx, 'customers');
        owners = await ownersOf(tx, parties.kinds, values);
      }
      await lockCustomers(tx, [...new Set([...owners.values()].flatMap((ofKind) => [...ofKind.values()]))]);
      owners = await ownersOf(tx, parties.kinds, values);
    }
    // Customers are never deleted, a merged one keeps its row: the highest id is never given twice.
    const last = await tx.first<{ id: number | null }>('SELECT max(id) AS id FROM customer');
    return new Matcher(parties, values, owners, (last?.id ?? 0) + 1);
  }

  /** Parties must be asked for in their order, each once. */
  match(party: number): Match {
    const { kinds, starts } = this.#parties;
    const from = starts[party] as number;
    const to = starts[party + 1] as number;
    let customer: number | undefined;
    let usable = 0;
    const refused: string[] = [];
    for (let i = from; i < to; i++) {
      const kind = kinds[i] as string;
      const value = this.#values[i] as string;
      const reason = whyUnusable(kind, value);
      if (reason === undefined) {
        usable++;
        customer ??= this.#owners.get(kind)?.get(value);
      } else refused.push(reason);
    }
    if (usable === 0) return { customer: undefined, created: false, refused };

    const created = customer === undefined;
    customer ??= this.#nextId++;
    for (let i = from; i < to; i++) {
      const kind = kinds[i] as string;
      const value = this.#values[i] as string;
      if (refused.length > 0 && whyUnusable(kind, value) !== undefined) continue;
      const owners = this.#owners.get(kind) as Map<string, number>;
      const owner = owners.get(value);
      if (owner === undefined) {
        owners.set(value, customer);
        this.gained.push({ kind, value, customer });
      } else if (owner !== customer) {
        refused.push(`the ${kind} ${JSON.stringify(value)} belongs to customer ${owner}`);
      }
    }
    return { customer, created, refused };
  }
}

/** By kind, who is known by which value. */
async function ownersOf(
  tx: Transaction,
  kinds: readonly string[],
  values: readonly string[],
): Promise<Map<string, Map<string, number>>> {
  const owners = new Map<string, Map<string, number>>();
  for (const kind of new Set(kinds)) {
    const ofKind = values.filter((_, i) => kinds[i] === kind);
    owners.set(kind, await findOwners(tx, kind, ofKind.sort()));
  }
  return owners;
}
