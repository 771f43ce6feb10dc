import type { Identity } from '../plugin/customer.ts';
import type { Transaction } from '../store/database.ts';
import { wordsChanged } from './search-words.ts';

export interface Owned extends Identity {
  customer: number;
}

/** Who is known by these values of a kind. Values in order read the index page after page. */
export async function findOwners(
  tx: Transaction,
  kind: string,
  values: readonly string[],
): Promise<Map<string, number>> {
  if (values.length === 0) return new Map();
  const rows = await tx.all<{ value: string; customer: number }>(
    `SELECT identity.value, identity.customer FROM ${tx.dialect.list('text')} AS wanted
     ${tx.dialect.lookupJoin} identity WHERE identity.kind = ? AND identity.value = wanted.value`,
    [JSON.stringify(values), kind],
  );
  return new Map(rows.map(({ value, customer }) => [value, customer]));
}

/** Stores identities that are nobody's yet. One that belongs to a customer already stays there. */
export async function addIdentities(tx: Transaction, identities: readonly Owned[]): Promise<void> {
  for (const [kind, ofKind] of Map.groupBy(identities, (identity) => identity.kind)) {
    // In order of the key, a batch touches each page of the table once; as one JSON object it is one statement.
    ofKind.sort((a, b) => (a.value < b.value ? -1 : 1));
    const owners = ofKind.map(({ value, customer }) => `${JSON.stringify(value)}:${customer}`).join(',');
    await tx.run(
      `INSERT INTO identity (kind, value, customer)
       SELECT CAST(? AS TEXT), one.key, one.value FROM ${tx.dialect.entries()} AS one WHERE true ON CONFLICT DO NOTHING`,
      [kind, `{${owners}}`],
    );
  }
  await wordsChanged(
    tx,
    identities.map(({ customer }) => customer),
  );
}
