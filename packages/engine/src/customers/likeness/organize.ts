import type { Merge } from '../../plugin/customer.ts';
import type { IdentityPolicy } from '../../plugin/identity/policy.ts';
import { explain } from '../../plugin/likeness/index.ts';
import type { Database } from '../../store/database.ts';
import type { Proposal } from '../identity/proposals.ts';
import { cluster } from './cluster.ts';
import type { Limits, LikelyPair, Search } from './find-likely.ts';
import { findLikely } from './find-likely.ts';
import { readApart, readUnique } from './known.ts';

/** What the likeness of all customers says should be done. */
export interface Plan extends Search {
  merges: (Merge & { score: number })[];
  proposals: Proposal[];
}

/** Goes through the whole base and says who is to be merged and who proposed; changes nothing. */
export async function planOrganizing(
  db: Pick<Database, 'read'>,
  { policy, limits, onProgress }: { policy: IdentityPolicy; limits?: Limits; onProgress?: (done: number) => void },
): Promise<Plan> {
  const certain: LikelyPair[] = [];
  const proposals: Proposal[] = [];
  const toProposal = ({ customer, other, score, levels }: LikelyPair, because?: string): Proposal => ({
    customer,
    other,
    score,
    why: because === undefined ? explain(levels) : `${explain(levels)}; not merged because ${because}`,
  });
  const search = await findLikely(db, {
    policy: policy.likeness,
    ...(limits ? { limits } : {}),
    ...(onProgress ? { onProgress } : {}),
    onPair: (pair) => {
      if (pair.score >= policy.likeness.merge) certain.push(pair);
      else proposals.push(toProposal(pair));
    },
  });
  const involved = [...new Set(certain.flatMap(({ customer, other }) => [customer, other]))].sort((a, b) => a - b);
  const apart = await db.read((tx) => readApart(tx));
  const unique = await db.read((tx) => readUnique(tx, policy, involved));
  const { merges, conflicts } = cluster(certain, {
    unique: (customer) => unique.get(customer) ?? [],
    apart: (customer) => apart.get(customer) ?? [],
  });
  for (const { pair, because } of conflicts) proposals.push(toProposal(pair, because));
  const told = new Map(merges.map(({ customer, into }) => [customer, into]));
  const same = (id: number) => told.get(id) ?? id;
  return {
    ...search,
    merges: merges.map(({ customer, into, pair }) => ({
      customer,
      into,
      score: pair.score,
      why: explain(pair.levels),
    })),
    // Who is one by now needs no decision, and what somebody has decided is not asked again.
    proposals: strongest(
      proposals
        .map((proposal) => ({ ...proposal, customer: same(proposal.customer), other: same(proposal.other) }))
        .filter(({ customer, other }) => customer !== other && !apart.get(customer)?.includes(other)),
    ),
  };
}

/** One proposal for two customers, the one that is most certain; of the greatest certainty first. */
function strongest(proposals: readonly Proposal[]): Proposal[] {
  const best = new Map<string, Proposal>();
  for (const proposal of proposals.toSorted((a, b) => b.score - a.score)) {
    const [customer, other] = [proposal.customer, proposal.other].sort((a, b) => a - b) as [number, number];
    const key = `${customer} ${other}`;
    if (!best.has(key)) best.set(key, { ...proposal, customer, other });
  }
  return [...best.values()];
}
