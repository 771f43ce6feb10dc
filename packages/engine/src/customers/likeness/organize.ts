import type { Merge } from '../../plugin/customer.ts';
import type { IdentityPolicy } from '../../plugin/identity/policy.ts';
import { explain } from '../../plugin/likeness/index.ts';
import type { Database, Transaction } from '../../store/database.ts';
import type { Proposal } from '../identity/proposals.ts';
import { cluster } from './cluster.ts';
import type { Limits, LikelyPair, Search } from './find-likely.ts';
import { findLikely } from './find-likely.ts';

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
  const unique = await readUnique(db, policy, involved);
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

async function readApart(tx: Transaction): Promise<Map<number, number[]>> {
  const apart = new Map<number, number[]>();
  const add = (of: number, from: number) => apart.set(of, [...(apart.get(of) ?? []), from]);
  for (const { customer, other } of await tx.all<{ customer: number; other: number }>(
    "SELECT customer, other FROM merge_proposal WHERE state = 'apart'",
  )) {
    add(customer, other);
    add(other, customer);
  }
  return apart;
}

/** The keys of which a person has one, of these customers. */
async function readUnique(
  db: Pick<Database, 'read'>,
  { kinds }: IdentityPolicy,
  customers: readonly number[],
): Promise<Map<number, { kind: string; value: string }[]>> {
  const unique = kinds.filter(({ limit }) => limit === 1).map(({ kind }) => kind);
  const found = new Map<number, { kind: string; value: string }[]>();
  if (unique.length === 0) return found;
  for (let from = 0; from < customers.length; from += 10_000) {
    const some = customers.slice(from, from + 10_000);
    const rows = await db.read((tx) =>
      tx.all<{ customer: number; kind: string; value: string }>(
        `SELECT customer, kind, value FROM identity WHERE customer IN (SELECT value FROM ${tx.dialect.list('int')} AS wanted)
           AND kind IN (SELECT value FROM ${tx.dialect.list('text')} AS kinds)`,
        [JSON.stringify(some), JSON.stringify(unique)],
      ),
    );
    for (const { customer, kind, value } of rows) {
      const of = found.get(customer);
      if (of) of.push({ kind, value });
      else found.set(customer, [{ kind, value }]);
    }
  }
  return found;
}
