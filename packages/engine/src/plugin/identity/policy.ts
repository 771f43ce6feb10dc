import { isSupportedCountry } from 'libphonenumber-js';
import { z } from 'zod';
import { likenessPolicySchema } from '../likeness/policy.ts';

/** How a key of a kind is written, so that one key has one form wherever it comes from. */
export const identityForms = ['exact', 'case-insensitive', 'email', 'phone', 'digits'] as const;
export type IdentityForm = (typeof identityForms)[number];

/**
 * Whether a record that names a key of this kind and a better one of somebody else makes one customer of the two: never;
 * where nothing but such keys is known of the one who goes, as of a browser before its owner signs in; or always.
 */
export const mergeRules = ['never', 'anonymous', 'always'] as const;

/** Stands in the list of kinds for all that it does not name. */
export const otherKinds = '*';

const kind = z.strictObject({
  kind: z.string().min(1).max(100),
  form: z.enum(identityForms).default('exact'),
  /** How many values of this kind one customer can have; null is any number. One: two who differ in it are two people. */
  limit: z.int().min(1).max(100_000).nullable().default(null),
  merge: z.enum(mergeRules).default('never'),
});

/** Who is who, by exact keys and by likeness. Nothing configured: what Segment's clients send, and any other kind as it comes. */
export const identityPolicySchema = z.strictObject({
  /** Where a phone number without a country code is from, in two letters. */
  country: z
    .string()
    .refine((code) => isSupportedCountry(code), 'expected a country in two capital letters, as GB')
    .default('GB'),
  /** The kinds of keys, the one that counts most first. */
  kinds: z
    .array(kind)
    .max(100)
    .superRefine((kinds, context) => {
      for (const [index, { kind: name }] of kinds.entries())
        if (kinds.findIndex((other) => other.kind === name) < index)
          context.addIssue({
            code: 'custom',
            path: [index, 'kind'],
            message: `expected each kind once, got "${name}" again`,
          });
    })
    .default([
      { kind: 'userId', form: 'exact', limit: 1, merge: 'never' },
      { kind: otherKinds, form: 'exact', limit: null, merge: 'never' },
      { kind: 'email', form: 'email', limit: 5, merge: 'never' },
      { kind: 'phone', form: 'phone', limit: 5, merge: 'never' },
      { kind: 'anonymousId', form: 'exact', limit: 100, merge: 'anonymous' },
    ]),
  /** Values that stand for nobody here, besides those that stand for nobody anywhere. Not told apart by capitals. */
  blocked: z.array(z.string().trim().min(1).max(500)).max(10_000).default([]),
  /** What an e-mail address may lose. Off: ann+shop@example.com and ann@example.com may be two people. */
  email: z
    .strictObject({
      /** The part from + on, before the @. */
      dropTags: z.boolean().default(false),
      /** Domains whose addresses are the same with and without dots before the @. */
      dropDotsAt: z.array(z.string().toLowerCase().min(1).max(253)).max(100).default([]),
    })
    .default({ dropTags: false, dropDotsAt: [] }),
  likeness: likenessPolicySchema.default(likenessPolicySchema.parse({})),
});
export type IdentityPolicy = z.output<typeof identityPolicySchema>;

/** What holds where nobody has set anything. */
export const defaultIdentityPolicy: IdentityPolicy = identityPolicySchema.parse({});
