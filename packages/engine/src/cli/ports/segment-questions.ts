import { findCustomers, indexedTraits, nameOf, reachedBy } from '../../customers/index.ts';
import type { RuleGroup } from '../../rule/index.ts';
import { ruleToCustomersSql } from '../../rule/index.ts';
import type { Transaction } from '../../store/index.ts';
import { countBoth, listLists, loadSegments } from '../../store/index.ts';

/** Whom a rule selects. */
export interface Selected {
  count: number;
  /** Some of them, by id. */
  sample: number[];
}

/** Counts the customers whom a rule selects at an instant. Throws a RuleError where the rule cannot be used. */
export async function selectByRule(
  tx: Transaction,
  { rule, id, now, sample }: { rule: RuleGroup; id?: string | undefined; now: number; sample: number },
): Promise<Selected> {
  const segments = await loadSegments(tx);
  // So that a rule which leads to the segment that it would become is refused.
  if (id !== undefined) segments.set(id, rule);
  const lists = new Set((await listLists(tx)).map((list) => list.id));
  const indexed = await indexedTraits(tx);
  const { sql, parameters } = ruleToCustomersSql(rule, { now, segments, lists, dialect: tx.dialect.name, indexed });
  // The first few are found at once, unless there are nearly none: then they are all that there are.
  const first = await tx.all<{ id: number }>(`${sql} ORDER BY id LIMIT ?`, [...parameters, sample + 1]);
  const ids = first.slice(0, sample).map((row) => row.id);
  if (first.length <= sample) return { count: first.length, sample: ids };
  const row = await tx.first<{ count: number }>(`SELECT count(*) AS count FROM (${sql}) AS selected`, parameters);
  return { count: Number(row?.count ?? 0), sample: ids };
}

/** How many customers there are. */
export async function countCustomers(tx: Transaction): Promise<number> {
  const row = await tx.first<{ count: number }>('SELECT count(*) AS count FROM customer WHERE merged_into IS NULL');
  return Number(row?.count ?? 0);
}

/** How many of one segment are in each of the others, or in one of them, by the others' refs. */
export async function countOverlaps(
  tx: Transaction,
  ref: number,
  others: readonly number[],
): Promise<[number, number][]> {
  const counts: [number, number][] = [];
  for (const other of others) counts.push([other, await countBoth(tx, ref, other)]);
  return counts;
}

/** Customers as lists show them, in the order of the ids. */
export async function customerRows(tx: Transaction, ids: readonly number[]) {
  const updated = new Map(
    (
      await tx.all<{ id: number; updatedAt: number }>(
        `SELECT id, updated_at AS "updatedAt" FROM customer WHERE id IN (SELECT value FROM ${tx.dialect.list('int')} AS wanted)`,
        [JSON.stringify(ids)],
      )
    ).map(({ id, updatedAt }) => [id, updatedAt]),
  );
  const found = new Map((await findCustomers(tx, ids)).map((customer) => [customer.id, customer]));
  return ids.flatMap((id) => {
    const customer = found.get(id);
    if (!customer) return [];
    const { traits, identities } = customer;
    return {
      id,
      name: nameOf(traits),
      email: reachedBy('email', traits, identities),
      phone: reachedBy('phone', traits, identities),
      traits,
      updatedAt: updated.get(id) ?? 0,
    };
  });
}
