import { compareBirth } from '../../plugin/likeness/birth-date.ts';
import type { LikelyPair } from './find-likely.ts';

/** What tells the members of one party apart. */
interface Party {
  members: number[];
  births: Set<number>;
  /** `kind value` of keys of which a person has one. */
  unique: Map<string, Set<string>>;
  /** Customers that somebody has told apart from a member. */
  apart: Set<number>;
}

export interface Clustered<P> {
  /** Everybody who goes, with the pair that says why. */
  merges: { customer: number; into: number; pair: P }[];
  /** Likely enough to be merged, but somebody in the party contradicts it. */
  conflicts: { pair: P; because: string }[];
}

/**
 * Makes parties of pairs, the most certain first. Two parties become one only if nobody in one contradicts anybody in the
 * other: by another birth date, another key of which a person has one, or because somebody has told them apart. What is
 * like its neighbour all along a chain is not made one that way. Who is known longest, by the smallest id, is who stays.
 */
export function cluster<P extends Pick<LikelyPair, 'customer' | 'other' | 'score' | 'births'>>(
  pairs: readonly P[],
  known: {
    unique: (customer: number) => readonly { kind: string; value: string }[];
    apart: (customer: number) => readonly number[];
  },
): Clustered<P> {
  const parties = new Map<number, Party>();
  const partyOf = (customer: number, birth: number): Party => {
    const found = parties.get(customer);
    if (found) return found;
    const unique = new Map<string, Set<string>>();
    for (const { kind, value } of known.unique(customer)) unique.set(kind, (unique.get(kind) ?? new Set()).add(value));
    const made: Party = {
      members: [customer],
      births: new Set(birth > 0 ? [birth] : []),
      unique,
      apart: new Set(known.apart(customer)),
    };
    parties.set(customer, made);
    return made;
  };
  const chosen: P[] = [];
  const conflicts: Clustered<P>['conflicts'] = [];
  for (const pair of pairs.toSorted((a, b) => b.score - a.score || a.customer - b.customer || a.other - b.other)) {
    const a = partyOf(pair.customer, pair.births[0]);
    const b = partyOf(pair.other, pair.births[1]);
    if (a === b) continue;
    const because = contradiction(a, b);
    if (because !== undefined) {
      conflicts.push({ pair, because });
      continue;
    }
    const [large, small] = a.members.length >= b.members.length ? [a, b] : [b, a];
    large.members.push(...small.members);
    for (const birth of small.births) large.births.add(birth);
    for (const [kind, values] of small.unique)
      large.unique.set(kind, new Set([...(large.unique.get(kind) ?? []), ...values]));
    for (const other of small.apart) large.apart.add(other);
    for (const member of small.members) parties.set(member, large);
    chosen.push(pair);
  }
  // What speaks most for somebody is what says why.
  const best = new Map<number, P>();
  for (const pair of chosen)
    for (const member of [pair.customer, pair.other]) if (!best.has(member)) best.set(member, pair);
  const merges: Clustered<P>['merges'] = [];
  for (const party of new Set(parties.values())) {
    const into = Math.min(...party.members);
    for (const customer of party.members)
      if (customer !== into) merges.push({ customer, into, pair: best.get(customer) as P });
  }
  merges.sort((a, b) => a.customer - b.customer);
  return { merges, conflicts };
}

function contradiction(a: Party, b: Party): string | undefined {
  if (a.members.some((member) => b.apart.has(member)) || b.members.some((member) => a.apart.has(member)))
    return 'somebody has told them apart';
  for (const x of a.births) for (const y of b.births) if (compareBirth(x, y) === 'differ') return 'birth dates differ';
  for (const [kind, values] of a.unique) {
    const others = b.unique.get(kind);
    if (others && new Set([...values, ...others]).size > Math.max(values.size, others.size))
      return `they are known by different values of ${kind}`;
  }
  return undefined;
}
