import { decidedProposals, readIdentityPolicy, showProposals } from '../../customers/index.ts';
import type { IdentityPort } from '../../server/index.ts';
import type { Transaction } from '../../store/index.ts';
import type { EngineHost } from '../host/engine-host.ts';

type Read = <T>(work: (tx: Transaction) => Promise<T>) => Promise<T>;
type Writer = Pick<EngineHost, 'writeIdentityPolicy' | 'decideProposal' | 'decideProposals' | 'unmerge'>;

/** Who is who: read here, decided in the thread that writes. */
export function createIdentityPort(read: Read, host: Writer): IdentityPort {
  return {
    policy: () => read(readIdentityPolicy),
    writePolicy: (policy, actor) => host.writeIdentityPolicy(policy, actor),
    proposals: (query) => read((tx) => showProposals(tx, query)),
    decisions: (limit) => read((tx) => decidedProposals(tx, limit)),
    decide: (customer, other, decision, actor) => host.decideProposal(customer, other, decision, actor),
    decideAll: async ({ above, decision, dryRun }, actor) => {
      if (!dryRun) return host.decideProposals(above, decision, actor);
      const row = await read((tx) =>
        tx.first<{ count: number }>(
          "SELECT count(*) AS count FROM merge_proposal WHERE state = 'open' AND score >= ?",
          [above],
        ),
      );
      return Number(row?.count ?? 0);
    },
    unmerge: (customer, actor) => host.unmerge(customer, actor),
  };
}
