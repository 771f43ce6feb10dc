import type { Transaction } from '../../store/database.ts';

/** Two who may be one. `customer` is the smaller id. */
export interface Proposal {
  customer: number;
  other: number;
  score: number;
  why: string;
}

/** Writes down who may be one, for somebody to decide. What has been decided stays so. How many are open by this. */
export async function propose(tx: Transaction, proposals: readonly Proposal[], now: number): Promise<number> {
  if (proposals.length === 0) return 0;
  return tx.run(
    `INSERT INTO merge_proposal (customer, other, score, why, at)
     SELECT r.c0, r.c1, r.c2, r.c3, CAST(? AS BIGINT) FROM ${tx.dialect.rows(['int', 'int', 'real', 'text'])} r WHERE true
     ON CONFLICT (customer, other) DO UPDATE SET score = excluded.score, why = excluded.why
     WHERE merge_proposal.state = 'open'`,
    [
      now,
      JSON.stringify(
        proposals
          .map(({ customer, other, score, why }): [number, number, number, string] =>
            customer < other ? [customer, other, score, why] : [other, customer, score, why],
          )
          .sort(([a, b], [c, d]) => a - c || b - d),
      ),
    ],
  );
}

/**
 * What was said of customers who are merged is said of the survivors: who was told apart from one stays apart from the
 * other, what is still open is open for the survivor, and of the two themselves it is decided.
 */
export async function followProposals(
  tx: Transaction,
  merged: readonly { customer: number; into: number }[],
  { actor, now }: { actor: string; now: number },
): Promise<void> {
  const into = new Map(merged.map((each) => [each.customer, each.into]));
  const gone = JSON.stringify([...into.keys()]);
  const those = `(SELECT value FROM ${tx.dialect.list('int')} AS gone)`;
  const rows = await tx.all<
    Proposal & { state: string; at: number; decided_at: number | null; decided_by: string | null }
  >(
    `SELECT customer, other, score, why, at, state, decided_at, decided_by FROM merge_proposal
     WHERE state IN ('open', 'apart') AND (customer IN ${those} OR other IN ${those})`,
    [gone, gone],
  );
  if (rows.length === 0) return;
  const same = (id: number) => into.get(id) ?? id;
  await tx.runMany(
    `UPDATE merge_proposal SET state = 'merged', decided_at = ?, decided_by = ? WHERE customer = ? AND other = ? AND state = 'open'`,
    rows.map(({ customer, other }) => [now, actor, customer, other]),
  );
  const followed = rows.filter(({ customer, other }) => same(customer) !== same(other));
  await tx.runMany(
    `INSERT INTO merge_proposal (customer, other, score, why, at, state, decided_at, decided_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (customer, other) DO UPDATE SET state = excluded.state, decided_at = excluded.decided_at, decided_by = excluded.decided_by
     WHERE excluded.state = 'apart' AND merge_proposal.state <> 'apart'`,
    followed.map(({ customer, other, score, why, at, state, decided_at, decided_by }) => {
      const [a, b] = [same(customer), same(other)].sort((x, y) => x - y) as [number, number];
      return [a, b, score, why, at, state, decided_at, decided_by];
    }),
  );
}

/** Two are two people, and are not proposed again. */
export async function keepApart(
  tx: Transaction,
  customer: number,
  other: number,
  { actor, now, why = '' }: { actor: string; now: number; why?: string },
): Promise<void> {
  const [a, b] = customer < other ? [customer, other] : [other, customer];
  await tx.run(
    `INSERT INTO merge_proposal (customer, other, score, why, at, state, decided_at, decided_by)
     VALUES (?, ?, 0, ?, ?, 'apart', ?, ?)
     ON CONFLICT (customer, other) DO UPDATE SET state = 'apart', decided_at = excluded.decided_at, decided_by = excluded.decided_by`,
    [a, b, why, now, now, actor],
  );
}

/** Without those who were told apart by somebody. */
export async function withoutApart<M extends { customer: number; into: number }>(
  tx: Transaction,
  merges: readonly M[],
): Promise<M[]> {
  if (merges.length === 0) return [];
  const ordered = ({ customer, into }: M): [number, number] => (customer < into ? [customer, into] : [into, customer]);
  const rows = await tx.all<{ customer: number; other: number }>(
    `SELECT p.customer, p.other FROM ${tx.dialect.rows(['int', 'int'])} r
     JOIN merge_proposal p ON p.customer = r.c0 AND p.other = r.c1 AND p.state = 'apart'`,
    [JSON.stringify(merges.map(ordered))],
  );
  const apart = new Set(rows.map(({ customer, other }) => `${customer} ${other}`));
  return merges.filter((merge) => !apart.has(ordered(merge).join(' ')));
}
