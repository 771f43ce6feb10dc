import type { JsonObject } from '../plugin/json.ts';
import type { Transaction } from '../store/database.ts';
import { nameOf } from './show-name.ts';

export interface ShownMember {
  id: number;
  name: string | null;
  from: number;
  to: number | null;
}

/** A group that a customer belongs or belonged to, with others who do. Instants are epoch milliseconds. */
export interface ShownGroup {
  kind: string;
  key: string;
  traits: JsonObject;
  from: number;
  to: number | null;
  source: string;
  /** Those who belong to it now besides the customer, as many as are shown; `others` is how many there are. */
  members: ShownMember[];
  others: number;
}

/** The groups of a customer, those that last first; `most` limits the members of each. */
export async function showRelationships(
  tx: Transaction,
  customer: number,
  { now, most = 20 }: { now: number; most?: number },
): Promise<ShownGroup[]> {
  const rows = await tx.all<{
    ref: number;
    kind: string;
    key: string;
    traits: string;
    from: number;
    to: number | null;
    source: string;
  }>(
    `SELECT g.ref, g.kind, g.key, ${tx.dialect.json('g.traits')} AS traits, r.from_at AS "from", r.to_at AS "to", r.source
     FROM relationship r JOIN customer_group g ON g.ref = r.customer_group
     WHERE r.customer = ? ORDER BY CASE WHEN r.to_at IS NULL THEN 0 ELSE 1 END, r.from_at DESC, g.ref LIMIT 100`,
    [customer],
  );
  const groups: ShownGroup[] = [];
  for (const { ref, traits, ...row } of rows) {
    const lasts = 'r.customer_group = ? AND r.customer <> ? AND (r.to_at IS NULL OR r.to_at > ?)';
    const count = await tx.first<{ count: number }>(
      `SELECT count(DISTINCT r.customer) AS count FROM relationship r WHERE ${lasts}`,
      [ref, customer, now],
    );
    const members = await tx.all<{ id: number; traits: string; from: number; to: number | null }>(
      `SELECT c.id, ${tx.dialect.json('c.traits')} AS traits, r.from_at AS "from", r.to_at AS "to"
       FROM relationship r JOIN customer c ON c.id = r.customer WHERE ${lasts} ORDER BY r.customer LIMIT ?`,
      [ref, customer, now, most],
    );
    groups.push({
      ...row,
      traits: JSON.parse(traits) as JsonObject,
      others: count?.count ?? 0,
      members: members
        .map((member) => ({ ...member, traits: undefined, name: nameOf(JSON.parse(member.traits)) }))
        .map(({ id, name, from, to }) => ({ id, name, from, to })),
    });
  }
  return groups;
}
