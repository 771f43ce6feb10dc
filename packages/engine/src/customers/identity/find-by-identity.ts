import type { Transaction } from '../../store/database.ts';
import { findOwners } from '../add-identities.ts';
import { readKeys } from './policy.ts';

/** Who is known by these values of a kind, however they are written: by each value as it was asked for. */
export async function findByIdentity(
  tx: Transaction,
  kind: string,
  values: readonly string[],
): Promise<Map<string, number>> {
  const keys = await readKeys(tx);
  const forms = new Map<string, string>();
  for (const value of values) {
    const form = keys.normal(kind, value);
    if (form !== undefined) forms.set(value, form);
  }
  const owners = await findOwners(tx, kind, [...new Set(forms.values())].sort());
  const found = new Map<string, number>();
  for (const [value, form] of forms) {
    const owner = owners.get(form);
    if (owner !== undefined) found.set(value, owner);
  }
  return found;
}
