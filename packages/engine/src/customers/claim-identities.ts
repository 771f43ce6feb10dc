import type { Keys } from '../plugin/identity/keys.ts';
import type { Transaction } from '../store/database.ts';
import type { Owned } from './add-identities.ts';
import { addIdentities, findOwners } from './add-identities.ts';
import { Held } from './identity/held.ts';

/**
 * Gives keys, in their one form, to customers. Those that belong to somebody else already are not taken away, and nobody
 * gets more of a kind than the policy allows: they are given back, with why.
 */
export async function claimIdentities(
  tx: Transaction,
  keys: Keys,
  identities: readonly Owned[],
): Promise<{ customer: number; reason: string }[]> {
  if (identities.length === 0) return [];
  const refused: { customer: number; reason: string }[] = [];
  const free: Owned[] = [];
  const held = await Held.of(tx, [...new Set(identities.map(({ customer }) => customer))], free);
  for (const [kind, ofKind] of Map.groupBy(identities, (identity) => identity.kind)) {
    const owners = await findOwners(tx, kind, ofKind.map(({ value }) => value).sort());
    const { limit } = keys.of(kind);
    for (const identity of ofKind) {
      const { customer, value } = identity;
      const owner = owners.get(value);
      if (owner === customer) continue;
      const named = `the ${kind} ${JSON.stringify(value)}`;
      if (owner !== undefined) refused.push({ customer, reason: `${named} belongs to customer ${owner}` });
      else if ((held.kinds(customer).get(kind) ?? 0) >= limit)
        refused.push({ customer, reason: `${named} is more than the ${limit} that customer ${customer} may have` });
      else {
        owners.set(value, customer);
        free.push(identity);
      }
    }
  }
  await addIdentities(tx, free);
  return refused;
}
