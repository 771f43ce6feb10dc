import type { Consent, CustomerEvent, Patch, Relationship } from '../plugin/customer.ts';
import type { JsonObject } from '../plugin/json.ts';
import type { Transaction } from '../store/database.ts';
import type { Owned } from './add-identities.ts';
import { claimIdentities } from './claim-identities.ts';
import { changeTraits } from './change-traits.ts';
import { readKeys } from './identity/policy.ts';
import { insertEvents } from './insert-events.ts';
import { recordConsents } from './record-consents.ts';
import { admitObjects, keepAside } from './schema/admit-traits.ts';
import { recordRelationships } from './record-relationships.ts';
import { findSurvivors } from './survivors.ts';
import { toKey } from './usable-identity.ts';
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
  const keys = await readKeys(tx);
  const traits = new Map<number, Readonly<JsonObject>>();
  const identities: Owned[] = [];
  const events: { customer: number; event: CustomerEvent }[] = [];
  const consents: { customer: number; consent: Consent }[] = [];
  const relationships: { customer: number; relationship: Relationship }[] = [];
  const refused: Applied['refused'] = [];

  const admitted = await admitObjects(
    tx,
    patches.map((patch) => patch.traits ?? {}),
    now,
  );
  const survivorOf = (patch: Patch | undefined) => survivors.get(patch?.customer ?? 0);
  await keepAside(tx, admitted.aside, (place) => survivorOf(patches[place]), { now, source });
  for (const [place, patch] of patches.entries()) {
    const customer = survivors.get(patch.customer) as number;
    if (patch.traits) traits.set(customer, { ...traits.get(customer), ...admitted.objects[place] });
    for (const { kind, value: given } of patch.identities ?? []) {
      const key = toKey(keys, kind, given);
      if ('value' in key) identities.push({ kind, value: key.value, customer });
      else refused.push({ customer, reason: key.reason });
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
  refused.push(...(await claimIdentities(tx, keys, identities)));
  const stored = await insertEvents(tx, events, { now, source });
  await recordConsents(tx, consents, { now });
  const related = await recordRelationships(tx, relationships, { now, source });
  for (const { customer, reason } of related.refused) refused.push({ customer, reason });
  return {
    changed: updates.map(({ customer }) => customer),
    related: related.touched,
    refused,
    events: events.flatMap(({ customer }, i) => {
      const event = stored[i];
      return event ? [{ customer, event }] : [];
    }),
  };
}
