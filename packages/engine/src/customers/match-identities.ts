import type { Identity } from '../plugin/customer.ts';
import type { Transaction } from '../store/database.ts';
import type { Owned } from './add-identities.ts';
import { findOwners } from './add-identities.ts';
import { usableIdentity } from './usable-identity.ts';

/**
 * Finds or invents a customer for each party of a batch, in order: what one party brings is known to the next. It decides
 * only; whoever uses it inserts the customers it has invented (ids without a gap) and the identities they have gained.
 */
export class Matcher {
  readonly gained: Owned[] = [];
  readonly #owners: Map<string, Map<string, number>>;
  #nextId: number;

  private constructor(owners: Map<string, Map<string, number>>, nextId: number) {
    this.#owners = owners;
    this.#nextId = nextId;
  }

  static async over(tx: Transaction, parties: Iterable<readonly Identity[]>): Promise<Matcher> {
    const values = new Map<string, Set<string>>();
    for (const identities of parties) {
      for (const { kind, value } of identities) {
        let ofKind = values.get(kind);
        if (!ofKind) values.set(kind, (ofKind = new Set()));
        ofKind.add(value.trim());
      }
    }
    const owners = new Map<string, Map<string, number>>();
    for (const [kind, ofKind] of values) owners.set(kind, await findOwners(tx, kind, [...ofKind].sort()));
    // Customers are never deleted, a merged one keeps its row: the highest id is never given twice.
    const last = await tx.first<{ id: number | null }>('SELECT max(id) AS id FROM customer');
    return new Matcher(owners, (last?.id ?? 0) + 1);
  }

  match(identities: readonly Identity[]): { customer: number | undefined; created: boolean; refused: string[] } {
    let customer: number | undefined;
    const refused: string[] = [];
    const usable: Identity[] = [];
    for (const given of identities) {
      const identity = usableIdentity(given);
      if (typeof identity === 'string') {
        refused.push(identity);
        continue;
      }
      usable.push(identity);
      customer ??= this.#owners.get(identity.kind)?.get(identity.value);
    }
    if (usable.length === 0) return { customer, created: false, refused };

    const created = customer === undefined;
    customer ??= this.#nextId++;
    for (const { kind, value } of usable) {
      const ofKind = this.#owners.get(kind) as Map<string, number>;
      const owner = ofKind.get(value);
      if (owner === undefined) {
        ofKind.set(value, customer);
        this.gained.push({ kind, value, customer });
      } else if (owner !== customer) {
        refused.push(`the ${kind} ${JSON.stringify(value)} belongs to customer ${owner}`);
      }
    }
    return { customer, created, refused };
  }
}
