import type { Proposal } from '../../customers/index.ts';
import { keepApart, MergeError, propose, UnknownCustomerError, writeIdentityPolicy } from '../../customers/index.ts';
import type { IdentityPolicy, Merge } from '../../plugin/index.ts';
import type { Engine } from '../../runner/index.ts';
import type { Unmerged } from '../../server/index.ts';
import { conflict } from '../../server/index.ts';
import type { Database } from '../../store/index.ts';

export type Decision = 'merge' | 'apart';

interface Open {
  customer: number;
  other: number;
  score: number;
  why: string;
}

/** Proposals that are decided in one transaction. */
const atOnce = 50;

/** Who is who, decided by people, in the thread that writes. */
export function identityMethods({
  db,
  engine,
  now,
  wake,
}: {
  db: Database;
  engine: Engine;
  now: () => number;
  wake: () => void;
}) {
  const carryOut = async (proposals: readonly Open[], decision: Decision, actor: string): Promise<void> => {
    if (decision === 'merge')
      await engine.merge(
        proposals.map(({ customer, other, score, why }) => ({ customer: other, into: customer, score, why })),
        actor,
      );
    else
      await db.write(async (tx) => {
        for (const { customer, other } of proposals) await keepApart(tx, customer, other, { actor, now: now() });
      }, 'life');
    wake();
  };
  return {
    writeIdentityPolicy: (policy: IdentityPolicy, actor: string): Promise<void> =>
      db.write((tx) => writeIdentityPolicy(tx, { policy, actor, now: now() }), 'life'),

    /** How many were merged. */
    mergeLikely: async (merges: readonly Merge[], actor: string): Promise<number> => {
      const merged = await engine.merge(merges, actor);
      wake();
      return merged.length;
    },
    proposeLikely: async (proposals: readonly Proposal[]): Promise<void> => {
      await db.write((tx) => propose(tx, proposals, now()), 'life');
    },

    /** Undefined where the two are not proposed, or it has been decided. */
    decideProposal: async (
      customer: number,
      other: number,
      decision: Decision,
      actor: string,
    ): Promise<{ survivor: number | null } | undefined> => {
      const [a, b] = customer < other ? [customer, other] : [other, customer];
      const open = await db.read((tx) =>
        tx.first<Open>(
          "SELECT customer, other, score, why FROM merge_proposal WHERE customer = ? AND other = ? AND state = 'open'",
          [a, b],
        ),
      );
      if (!open) return undefined;
      await carryOut([open], decision, actor);
      return { survivor: decision === 'merge' ? a : null };
    },

    /** How many were decided. A proposal that a merge before it has settled is not counted twice. */
    decideProposals: async (above: number, decision: Decision, actor: string): Promise<number> => {
      for (let count = 0; ; ) {
        const open = await db.read((tx) =>
          tx.all<Open>(
            `SELECT customer, other, score, why FROM merge_proposal WHERE state = 'open' AND score >= ?
             ORDER BY score DESC, customer, other LIMIT ?`,
            [above, atOnce],
          ),
        );
        if (open.length === 0) return count;
        await carryOut(open, decision, actor);
        count += open.length;
      }
    },

    unmerge: async (customer: number, actor: string): Promise<Unmerged | undefined> => {
      try {
        return await engine.unmerge(customer, actor);
      } catch (error) {
        if (error instanceof UnknownCustomerError) return undefined;
        if (error instanceof MergeError) throw conflict(error.message);
        throw error;
      } finally {
        wake();
      }
    },
  };
}
