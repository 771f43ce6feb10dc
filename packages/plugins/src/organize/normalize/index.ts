import type { Customer, Identity, Json, JsonObject, Patch } from '@osicam/engine/plugin';
import { choiceField, traitField, writer, z } from '@osicam/engine/plugin';
import { isSupportedCountry } from 'libphonenumber-js';
import { blockedField, isBlocked } from '../blocked.ts';
import type { Habits } from './values.ts';
import { readers } from './values.ts';

const kinds = ['text', 'name', 'email', 'phone', 'number', 'date', 'boolean'] as const;

const field = z.object({
  from: z.array(traitField()).min(1).meta({
    title: 'From',
    description: 'The traits or columns to read, in this order: the first that holds a good value is taken.',
  }),
  to: traitField().meta({ title: 'To', description: 'The trait to write the clean value to.' }),
  as: z
    .enum(kinds)
    .default('text')
    .meta({ title: 'Kind', description: 'What the value is, and so how it is cleaned.' }),
  identity: z.string().max(100).optional().meta({
    title: 'Identifies as',
    description:
      'The kind of key that the value is, as "customerNumber". Left empty, only a trait named email or phone identifies its customer.',
  }),
});

const settings = z.object({
  fields: z
    .array(field)
    .default([
      { from: ['email'], to: 'email', as: 'email' },
      { from: ['phone'], to: 'phone', as: 'phone' },
    ])
    .meta({ title: 'Fields', description: 'What is cleaned, and where it goes.' }),
  country: z.string().length(2).toUpperCase().default('GB').meta({
    title: 'Country',
    description: 'Where a phone number without a country code is from, in two letters, as GB or US.',
  }),
  decimal: choiceField({ point: '1,234.50', comma: '1.234,50' })
    .default('point')
    .meta({ title: 'Decimals', description: 'How numbers are written.' }),
  dates: choiceField({ dayFirst: '3 April', monthFirst: '4 March' })
    .default('dayFirst')
    .meta({ title: 'Dates', description: 'How 03/04/2026 is read.' }),
  removeSources: z.boolean().default(false).meta({
    title: 'Remove what was read',
    description: 'Take the traits read away once their value stands under its new name.',
  }),
  blocked: blockedField(),
});
type Settings = z.output<typeof settings>;

const missing = (value: Json | undefined) =>
  value === undefined || value === null || (typeof value === 'string' && value.trim() === '');

/** Text as it was, for what was never text: a number that was an identifier, a list. */
const textOf = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));

function clean(customer: Customer, settings: Settings): Patch {
  const traits: JsonObject = {};
  const identities: Identity[] = [];
  const habits = settings as Habits;
  for (const { from, to, as, identity } of settings.fields) {
    const found = from.flatMap((trait) => {
      const value = customer.traits[trait];
      return value === undefined || missing(value) ? [] : [{ trait, text: textOf(value) }];
    });
    if (found.length === 0) continue;
    const read = found.map(({ text }) => readers[as](text, habits));
    const good = read.find((value) => value !== undefined);
    const raw = `${to}_raw`;
    if (good !== undefined) {
      traits[to] = good;
      if (raw in customer.traits) traits[raw] = null;
      const kind = identity || (to === as && (as === 'email' || as === 'phone') ? as : undefined);
      if (kind && !isBlocked(String(good), settings.blocked)) identities.push({ kind, value: String(good) });
    } else {
      // Nothing is lost: what could not be read stays beside the place it would have had.
      traits[raw] = found[0]?.text as string;
      if (to in customer.traits) traits[to] = null;
    }
    // A source that could not be read is not taken away: it may be all that there is.
    if (settings.removeSources)
      found.forEach(({ trait }, index) => {
        if (read[index] !== undefined && !(trait in traits)) traits[trait] = null;
      });
  }
  const changed = Object.entries(traits).filter(([trait, value]) => (customer.traits[trait] ?? null) !== value);
  const known = (one: Identity) =>
    customer.identities.some(({ kind, value }) => kind === one.kind && value === one.value);
  return {
    customer: customer.id,
    traits: Object.fromEntries(changed),
    identities: identities.filter((one) => !known(one)),
  };
}

export const normalize = writer({
  type: 'organize/normalize',
  stage: 'organize',
  title: 'Normalise',
  description:
    'Gives names, addresses, phone numbers, dates and amounts one form, and brings columns of several sources together in one trait. ' +
    'What cannot be read is kept beside it, as email_raw.',
  settings,
  check: ({ fields, country }) => [
    ...(isSupportedCountry(country)
      ? []
      : [{ path: ['country'], message: `expected a country of two letters, as GB, got "${country}"` }]),
    ...fields.flatMap(({ to }, index) =>
      fields.findIndex((other) => other.to === to) < index
        ? [{ path: ['fields', index, 'to'], message: `expected a trait that no other field writes, got "${to}" again` }]
        : [],
    ),
  ],
  handle: ({ batch, settings }) => ({
    patches: batch
      .map((customer) => clean(customer, settings))
      .filter(({ traits = {}, identities = [] }) => Object.keys(traits).length > 0 || identities.length > 0),
  }),
});
