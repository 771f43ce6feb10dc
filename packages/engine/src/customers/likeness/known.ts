import type { IdentityPolicy } from '../../plugin/identity/policy.ts';
import type { Transaction } from '../../store/database.ts';

/** Whom somebody has told apart from whom: of these customers, or of all. */
export async function readApart(tx: Transaction, customers?: readonly number[]): Promise<Map<number, number[]>> {
  const apart = new Map<number, number[]>();
  const add = (of: number, from: number) => apart.set(of, [...(apart.get(of) ?? []), from]);
  const those = `(SELECT value FROM ${tx.dialect.list('int')} AS wanted)`;
  const list = customers && JSON.stringify(customers);
  for (const { customer, other } of await tx.all<{ customer: number; other: number }>(
    `SELECT customer, other FROM merge_proposal WHERE state = 'apart'${list ? ` AND (customer IN ${those} OR other IN ${those})` : ''}`,
    list ? [list, list] : [],
  )) {
    add(customer, other);
    add(other, customer);
  }
  return apart;
}

/** The keys of which a person has one, of these customers. */
export async function readUnique(
  tx: Transaction,
  { kinds }: Pick<IdentityPolicy, 'kinds'>,
  customers: readonly number[],
): Promise<Map<number, { kind: string; value: string }[]>> {
  const unique = kinds.filter(({ limit }) => limit === 1).map(({ kind }) => kind);
  const found = new Map<number, { kind: string; value: string }[]>();
  if (unique.length === 0) return found;
  for (let from = 0; from < customers.length; from += 10_000) {
    const rows = await tx.all<{ customer: number; kind: string; value: string }>(
      `SELECT customer, kind, value FROM identity WHERE customer IN (SELECT value FROM ${tx.dialect.list('int')} AS wanted)
         AND kind IN (SELECT value FROM ${tx.dialect.list('text')} AS kinds)`,
      [JSON.stringify(customers.slice(from, from + 10_000)), JSON.stringify(unique)],
    );
    for (const { customer, kind, value } of rows) {
      const of = found.get(customer);
      if (of) of.push({ kind, value });
      else found.set(customer, [{ kind, value }]);
    }
  }
  return found;
}
