import type { Transaction } from '../../store/database.ts';
import type { Owned } from '../add-identities.ts';

/** How many keys of each kind customers have, with what a batch has given them. */
export class Held {
  readonly #stored: Map<number, Map<string, number>>;
  readonly #gained: readonly Owned[];
  /** Up to where `gained` is counted in. */
  #counted = 0;

  private constructor(stored: Map<number, Map<string, number>>, gained: readonly Owned[]) {
    this.#stored = stored;
    this.#gained = gained;
  }

  /** What these customers have; whoever is not among them and gets none from `gained` has nothing. */
  static async of(tx: Transaction, customers: readonly number[], gained: readonly Owned[]): Promise<Held> {
    const stored = new Map<number, Map<string, number>>();
    if (customers.length > 0) {
      const rows = await tx.all<{ customer: number; kind: string; count: number }>(
        `SELECT customer, kind, count(*) AS count FROM identity
         WHERE customer IN (SELECT value FROM ${tx.dialect.list('int')} AS wanted) GROUP BY customer, kind`,
        [JSON.stringify(customers)],
      );
      for (const { customer, kind, count } of rows) add(stored, customer, kind, count);
    }
    return new Held(stored, gained);
  }

  /** By kind, how many a customer has. Asked seldom, so what a batch gains is counted when somebody asks. */
  kinds(customer: number): ReadonlyMap<string, number> {
    for (; this.#counted < this.#gained.length; this.#counted++) {
      const { customer: who, kind } = this.#gained[this.#counted] as Owned;
      add(this.#stored, who, kind, 1);
    }
    return this.#stored.get(customer) ?? none;
  }

  /** One who goes gives what it has to another. */
  give(from: number, into: number): void {
    for (const [kind, count] of this.kinds(from)) add(this.#stored, into, kind, count);
    this.#stored.delete(from);
  }
}

const none: ReadonlyMap<string, number> = new Map();

function add(counts: Map<number, Map<string, number>>, customer: number, kind: string, count: number): void {
  const of = counts.get(customer);
  if (of) of.set(kind, (of.get(kind) ?? 0) + count);
  else counts.set(customer, new Map([[kind, count]]));
}
