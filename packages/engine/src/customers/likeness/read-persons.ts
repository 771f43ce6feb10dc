import type { Identity } from '../../plugin/customer.ts';
import type { JsonObject } from '../../plugin/json.ts';
import type { LikenessPolicy, Person } from '../../plugin/likeness/index.ts';
import { toPerson } from '../../plugin/likeness/index.ts';
import type { Transaction } from '../../store/database.ts';

/** The customers of a chunk of the base in order of id, as likeness sees them. */
export async function scanPersons(
  tx: Transaction,
  { above, limit, policy }: { above: number; limit: number; policy: LikenessPolicy },
): Promise<{ persons: Person[]; last: number | undefined }> {
  const rows = await tx.all<{ id: number; traits: string }>(
    `SELECT id, ${tx.dialect.json('traits')} AS traits FROM customer WHERE id > ? AND merged_into IS NULL ORDER BY id LIMIT ?`,
    [above, limit],
  );
  const last = rows.at(-1)?.id;
  if (last === undefined) return { persons: [], last };
  const identities = await tx.all<Identity & { customer: number }>(
    `SELECT customer, kind, value FROM identity WHERE customer > ? AND customer <= ? AND kind IN ('email', 'phone') ORDER BY customer`,
    [above, last],
  );
  return { persons: persons(rows, identities, policy), last };
}

/** These customers as likeness sees them; who has been merged away meanwhile is left out. */
export async function readPersons(tx: Transaction, ids: readonly number[], policy: LikenessPolicy): Promise<Person[]> {
  const list = JSON.stringify(ids);
  const those = `(SELECT value FROM ${tx.dialect.list('int')} AS wanted)`;
  const rows = await tx.all<{ id: number; traits: string }>(
    `SELECT id, ${tx.dialect.json('traits')} AS traits FROM customer WHERE id IN ${those} AND merged_into IS NULL ORDER BY id`,
    [list],
  );
  const identities = await tx.all<Identity & { customer: number }>(
    `SELECT customer, kind, value FROM identity WHERE customer IN ${those} AND kind IN ('email', 'phone') ORDER BY customer`,
    [list],
  );
  return persons(rows, identities, policy);
}

/** Both lists are in order of the customer. */
function persons(
  rows: readonly { id: number; traits: string }[],
  identities: readonly (Identity & { customer: number })[],
  policy: LikenessPolicy,
): Person[] {
  let at = 0;
  return rows.map(({ id, traits }) => {
    const own: Identity[] = [];
    while (at < identities.length && (identities[at] as { customer: number }).customer < id) at++;
    for (; identities[at]?.customer === id; at++) own.push(identities[at] as Identity);
    return toPerson({ id, traits: JSON.parse(traits) as JsonObject, identities: own }, policy);
  });
}
