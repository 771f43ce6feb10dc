import type { Transaction } from '../store/database.ts';
import { identityKinds, presentCustomers } from '../store/lists.ts';
import { findByIdentity } from './identity/find-by-identity.ts';

/** Everybody whom a key names: `#12` by id, `kind:value` by an identity, else a value of whatever kind. Mostly one, or nobody. */
export async function findPersons(tx: Transaction, key: string): Promise<number[]> {
  const wanted = key.trim();
  const id = /^#(\d{1,15})$/.exec(wanted)?.[1];
  if (id !== undefined) return (await presentCustomers(tx, [Number(id)])).map(({ present }) => present);
  const found = new Set<number>();
  for (const kind of await identityKinds(tx)) {
    const named = wanted.startsWith(`${kind}:`) ? [wanted.slice(kind.length + 1).trim()] : [];
    for (const customer of (await findByIdentity(tx, kind, [wanted, ...named])).values()) found.add(customer);
  }
  return [...found].sort((a, b) => a - b);
}
