import type { Consent, CustomerEvent, Patch, Relationship } from '../plugin/customer.ts';
import type { JsonObject } from '../plugin/json.ts';
import type { Transaction } from '../store/database.ts';
import type { Owned } from './add-identities.ts';
import { claimIdentities } from './add-identities.ts';
import { changeTraits } from './change-traits.ts';
import { insertEvents } from './insert-events.ts';
import { recordConsents } from './record-consents.ts';
import { recordRelationships } from './record-relationships.ts';
import { findSurvivors } from './survivors.ts';
import { whyUnusable } from './usable-identity.ts';
import type { TraitUpdate } from './write-traits.ts';
import { readTraits, writeTraits } from './write-traits.ts';

export interface Applied {
  /** Whose traits are no longer what they were, in order. */
  changed: number[];
  /** Whose relationships, or the groups they are in, are no longer what they were; others than those patched may be among them. */
  related: number[];
  /** Identities that were not taken, in words: they are somebody else's, or nobody's. */
  refused: { customer: number; reason: string }[];
  /** The events that were new, so that whoever waits for one can be woken. */
  events: { customer: number; event: CustomerEvent }[];
}

/**
 * Applies what nodes have found out about customers; `source` says who, for the history. Several patches of one customer
 * apply in their order. A patch of a customer who has been merged away goes to the one that is left.
 */
export async function applyPatches(
  tx: Transaction,
  patches: readonly Patch[],
  { now, source }: { now: number; source: string },
): Promise<Applied> {
  const named = patches.map(({ customer }) => customer);
  const survivors = await findSurvivors(tx, named, 'a patch');
  const traits = new Map<number, Readonly<JsonObject>>();
  const identities: Owned[] = [];
  const events: { customer: number; event: CustomerEvent }[] = [];
  const consents: { customer: number; consent: Consent }[] = [];
  const relationships: { customer: number; relationship: Relationship }[] = [];
  const refused: Applied['refused'] = [];

  for (const patch of patches) {
    const customer = survivors.get(patch.customer) as number;
    if (patch.traits) traits.set(customer, { ...traits.get(customer), ...patch.traits });
    for (const { kind, value: given } of patch.identities ?? []) {
      const value = given.trim();
      const reason = whyUnusable(kind, value);
      if (reason === undefined) identities.push({ kind, value, customer });
      else refused.push({ customer, reason });
    }
    for (const event of patch.events ?? []) events.push({ customer, event });
    for (const consent of patch.consents ?? []) consents.push({ customer, consent });
    for (const relationship of patch.relationships ?? []) relationships.push({ customer, relationship });
  }

  const updates: TraitUpdate[] = [];
  for (const [customer, current] of await readTraits(tx, traits.keys())) {
    const change = changeTraits(JSON.parse(current) as JsonObject, traits.get(customer) ?? {});
    if (change) updates.push({ customer, ...change });
  }
  await writeTraits(tx, updates, { now, source });
  for (const { identity, owner } of await claimIdentities(tx, identities)) {
    const reason = `the ${identity.kind} ${JSON.stringify(identity.value)} belongs to customer ${owner}`;
    refused.push({ customer: identity.customer, reason });
  }
  const isNew = await insertEvents(tx, events, { now });
  await recordConsents(tx, consents, { now });
  const related = await recordRelationships(tx, relationships, { now, source });
  for (const { customer, reason } of related.refused) refused.push({ customer, reason });
  return {
    changed: updates.map(({ customer }) => customer),
    related: related.touched,
    refused,
    events: events.filter((_, i) => isNew[i]),
  };
}
