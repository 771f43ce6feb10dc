import type { Alike, BatchContext, Customer, Json, Merge, Patch, Written } from '@osicam/engine/plugin';
import { choiceField, traitField, writer, z } from '@osicam/engine/plugin';
import { blockedField, isBlocked } from '../blocked.ts';
import { Parties } from './parties.ts';

const settings = z.object({
  keys: z
    .array(
      z.object({
        identity: z.string().min(1).max(100).meta({
          title: 'Key',
          description: 'The kind of identity that tells customers apart, as "email".',
        }),
        trait: traitField().meta({ title: 'Trait', description: 'The trait that holds its clean value, as "email".' }),
      }),
    )
    .min(1)
    .default([
      { identity: 'email', trait: 'email' },
      { identity: 'phone', trait: 'phone' },
    ])
    .meta({ title: 'Keys', description: 'Two customers who share one of these are the same. The first counts most.' }),
  mustAgree: z.array(traitField()).default([]).meta({
    title: 'Unless these differ',
    description:
      'Traits that keep two customers apart when both are known and differ, as "birthDate": a family may share a phone.',
  }),
  likeness: choiceField({ no: 'No', propose: 'Propose all', merge: 'Merge who is certain, propose the others' })
    .default('no')
    .meta({
      title: 'By likeness too',
      description:
        'Also look for customers whose name, birth date, address, e-mail and phone say that they are one. How certain it must be is set with the policy of duplicates.',
    }),
  blocked: blockedField(),
});
type Settings = z.output<typeof settings>;

const valueOf = (value: Json | undefined, kind: string): string => {
  const text = typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
  return kind === 'email' ? text.toLowerCase() : text;
};

interface Claim {
  readonly kind: string;
  readonly value: string;
  readonly customer: number;
}

function claims(customer: Customer, { keys, blocked }: Settings): Claim[] {
  return keys.flatMap(({ identity, trait }) => {
    const value = valueOf(customer.traits[trait], identity);
    return value && !isBlocked(value, blocked) ? [{ kind: identity, value, customer: customer.id }] : [];
  });
}

/**
 * The base keeps one owner of each identity, the first who claimed it. So a duplicate is whoever claims a value that another
 * owns, or that another of the same batch claims. A value without an owner is claimed here, so that the next batch finds it.
 */
async function handle({ batch, settings, read, log }: BatchContext<Settings>): Promise<Written> {
  const all = batch.flatMap((customer) => claims(customer, settings));
  const owners = new Map<string, number>();
  for (const kind of new Set(all.map((claim) => claim.kind))) {
    const values = [...new Set(all.flatMap((claim) => (claim.kind === kind ? [claim.value] : [])))];
    for (const [value, owner] of await read.findByIdentity(kind, values)) owners.set(`${kind} ${value}`, owner);
  }
  const present = new Set(batch.map(({ id }) => id));
  const alike = settings.likeness === 'no' ? [] : await read.alike([...present]);
  const named = [...owners.values(), ...alike.flatMap(({ customer, other }) => [customer, other])];
  const strangers = [...new Set(named)].filter((id) => !present.has(id));
  const elsewhere = strangers.length > 0 ? await read.customers(strangers) : new Map<number, Customer>();
  const parties = new Parties([...batch, ...elsewhere.values()], settings.mustAgree);

  const identities = new Map<number, Claim[]>();
  const holding = new Map<string, readonly number[]>();
  // Key by key, so that the key that counts most says why.
  for (const { identity } of settings.keys) {
    for (const { kind, value, customer } of all) {
      if (kind !== identity) continue;
      const key = `${kind} ${value}`;
      const holders = holding.get(key) ?? (owners.has(key) ? [owners.get(key) as number] : []);
      if (holders.length === 0)
        identities.set(customer, [...(identities.get(customer) ?? []), { kind, value, customer }]);
      const found = holders.find((holder) => parties.unite(customer, holder, `same ${kind}`));
      // Whoever was kept apart from the others may still be the same as one who comes later.
      if (found === undefined) holding.set(key, [...holders, customer]);
      if (found === undefined && holders.length > 0)
        log.info('customers share a key and were kept apart', { customer, others: holders, key: kind });
    }
  }
  const proposals: Alike[] = [];
  for (const pair of alike) {
    const { customer, other, score, why, certain } = pair;
    if (parties.areOne(customer, other)) continue;
    if (!(settings.likeness === 'merge' && certain && parties.unite(customer, other, why, score))) proposals.push(pair);
  }
  const merges: Merge[] = parties.merges();
  const gone = new Set(merges.map(({ customer }) => customer));
  const patches: Patch[] = [...identities]
    .filter(([customer]) => present.has(customer))
    .map(([customer, claimed]) => ({ customer, identities: claimed.map(({ kind, value }) => ({ kind, value })) }));
  return {
    patches,
    merges,
    proposals: proposals
      .filter(({ customer, other }) => !parties.areOne(customer, other))
      .map(({ customer, other, score, why }) => ({ customer, other, score, why })),
    ports: new Map(batch.map(({ id }) => [id, gone.has(id) ? 'merged' : 'unique'])),
  };
}

export const deduplicate = writer({
  type: 'organize/deduplicate',
  stage: 'organize',
  title: 'Remove duplicates',
  description:
    'Finds customers who are the same person by e-mail address, phone number or another key, or by likeness, and makes one of them: the one ' +
    'known longest gains what the others knew. A duplicate ends its way here and goes on as the customer it became part of.',
  settings,
  ports: [
    { id: 'unique', title: 'Unique' },
    { id: 'merged', title: 'Merged into another', terminal: true },
  ],
  handle,
});
