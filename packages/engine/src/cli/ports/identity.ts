import { decidedProposals, readIdentityPolicy, showProposals } from '../../customers/index.ts';
import type { IdentityPort, Organizing } from '../../server/index.ts';
import { conflict } from '../../server/index.ts';
import type { Transaction } from '../../store/index.ts';
import type { EngineHost } from '../host/engine-host.ts';
import type { Readers } from '../host/readers.ts';

type Read = <T>(work: (tx: Transaction) => Promise<T>) => Promise<T>;
type Writer = Pick<
  EngineHost,
  'writeIdentityPolicy' | 'decideProposal' | 'decideProposals' | 'unmerge' | 'mergeLikely' | 'proposeLikely'
>;

/** Merges in one transaction: a few milliseconds each at most, so that nobody else waits for long. */
const atOnce = 50;

/** Who is who: read here, decided in the thread that writes. */
export function createIdentityPort(
  read: Read,
  host: Writer,
  { readers, now = () => Date.now() }: { readers?: Pick<Readers, 'ask'>; now?: () => number } = {},
): IdentityPort {
  let organizing: Organizing | null = null;
  const work = async (run: Organizing, actor: string) => {
    try {
      const plan = await (readers as Pick<Readers, 'ask'>).ask('planOrganizing', []);
      run.customers = plan.customers;
      for (let from = 0; from < plan.merges.length; from += atOnce)
        run.merged += await host.mergeLikely(plan.merges.slice(from, from + atOnce), actor);
      for (let from = 0; from < plan.proposals.length; from += 1_000)
        await host.proposeLikely(plan.proposals.slice(from, from + 1_000));
      run.proposed = plan.proposals.length;
    } catch (error) {
      run.error = error instanceof Error ? error.message : String(error);
    }
    run.endedAt = now();
  };
  return {
    organizing: async () => organizing,
    organize: async (actor) => {
      if (!readers) throw conflict('this server has no thread to look for duplicates in');
      if (organizing && organizing.endedAt === null) throw conflict('somebody is looking for duplicates already');
      organizing = { startedAt: now(), endedAt: null, actor, customers: null, merged: 0, proposed: 0, error: null };
      void work(organizing, actor);
      return organizing;
    },
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
