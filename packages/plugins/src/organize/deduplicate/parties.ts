import type { Customer, Json, Merge } from '@osicam/engine/plugin';

interface Member {
  into: number;
  why: string;
  score?: number;
  /** What is known of the whole party, of the traits on which its members must agree. */
  known: Map<string, string>;
}

/** Sets of customers who are the same party, each named by its lowest id, the customer known longest. */
export class Parties {
  readonly #members = new Map<number, Member>();

  constructor(customers: Iterable<Customer>, mustAgree: readonly string[]) {
    for (const { id, traits } of customers) {
      const known = mustAgree.flatMap((trait) => {
        const value = folded(traits[trait]);
        return value === undefined ? [] : [[trait, value] as const];
      });
      this.#members.set(id, { into: id, why: '', known: new Map(known) });
    }
  }

  /** Makes one party of two. False when they contradict each other, and so stay apart. */
  unite(a: number, b: number, why: string, score?: number): boolean {
    const [root, other] = [this.#root(a), this.#root(b)].sort((x, y) => x - y) as [number, number];
    if (root === other) return true;
    const into = this.#member(root);
    const from = this.#member(other);
    for (const [trait, value] of from.known) if ((into.known.get(trait) ?? value) !== value) return false;
    into.known = new Map([...from.known, ...into.known]);
    from.into = root;
    from.why = why;
    if (score !== undefined) from.score = score;
    return true;
  }

  areOne(a: number, b: number): boolean {
    return this.#root(a) === this.#root(b);
  }

  /** Every customer that is another's, into the one that stands for all: never into one that is merged itself. */
  merges(): Merge[] {
    return [...this.#members]
      .filter(([id, { into }]) => into !== id)
      .map(([id, { why, score }]) => ({
        customer: id,
        into: this.#root(id),
        why,
        ...(score === undefined ? {} : { score }),
      }))
      .sort((a, b) => a.customer - b.customer);
  }

  #root(id: number): number {
    let root = id;
    while (this.#member(root).into !== root) root = this.#member(root).into;
    // The path is not compressed: who joined whom, and why, is what the merge will say.
    return root;
  }

  #member(id: number): Member {
    const member = this.#members.get(id);
    if (member) return member;
    const stranger = { into: id, why: '', known: new Map<string, string>() };
    this.#members.set(id, stranger);
    return stranger;
  }
}

const folded = (value: Json | undefined): string | undefined => {
  const text = value === undefined || value === null ? '' : String(value).trim().toLowerCase();
  return text === '' ? undefined : text;
};
