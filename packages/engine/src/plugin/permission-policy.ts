import { z } from 'zod';
import { parseDuration } from '../rule/duration.ts';
import { builtInTexts, isTextKey } from './permission-texts.ts';

const id = z
  .string()
  .regex(/^[A-Za-z0-9][\w -]{0,99}$/, 'expected a name that begins with a letter or a digit, as newsletter');
const formId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,59}$/, 'expected small letters, digits and hyphens, as newsletter');
const language = z
  .string()
  .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'expected a language as in BCP 47, as en or pt-BR')
  .max(35);
const label = z.string().trim().min(1).max(200);
const duration = z
  .string()
  .max(50)
  .superRefine((text, context) => {
    try {
      if (parseDuration(text) <= 0)
        context.addIssue({ code: 'custom', message: `expected a duration longer than 0, got ${text}` });
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message });
    }
  });

export const legalBases = ['consent', 'legitimateInterest', 'contract'] as const;
export type LegalBasis = (typeof legalBases)[number];

const purpose = z.strictObject({
  id,
  label,
  /** What is sent for it and how often, for those who decide about it. */
  description: z.string().trim().max(2000).default(''),
  /**
   * consent: only who has agreed is contacted, whatever a node asks. legitimateInterest: nobody who has refused is. contract:
   * the node decides; people are told that it cannot be switched off.
   */
  basis: z.enum(legalBases).default('consent'),
  /** By which channels, as consents name them. */
  channels: z.array(id).min(1).max(20).default(['email']),
  /** A consent by e-mail stands only once the link in a mail to the address has been used. */
  doubleOptIn: z.boolean().default(false),
});

const form = z.strictObject({
  id: formId,
  title: label,
  text: z.string().trim().max(2000).default(''),
  purposes: z.array(id).min(1).max(20),
  /** Where somebody who has filled it in is sent on to; left out for a page of this installation. */
  thanks: z
    .url({ protocol: /^https?$/ })
    .max(2000)
    .optional(),
});

/**
 * What customers are asked about and told: purposes, channels, forms, and the words of the pages and mails for it. What is
 * not declared here works all the same, by its own name.
 */
export const permissionPolicySchema = z
  .strictObject({
    /** Who writes, as people know them. */
    organisation: z.string().trim().max(200).default(''),
    /** At the foot of pages and mails: address and whatever the law asks for. */
    imprint: z.string().trim().max(2000).default(''),
    /**
     * The sender of mails that ask for a confirmation, as Example <news@example.com>; empty for that of a published loop's
     * mails, and where there is none that of the mail channel's configuration.
     */
    from: z.string().trim().max(320).default(''),
    /** Of people whose own language is not known, or has no texts. */
    language: language.default('en'),
    channels: z.array(z.strictObject({ id, label })).max(20).default([]),
    purposes: z.array(purpose).max(50).default([]),
    forms: z.array(form).max(50).default([]),
    optIn: z
      .strictObject({
        /** How long the link in the mail works. */
        expires: duration.default('P7D'),
        /** How many mails an address is sent at most, within how long. */
        mails: z.int().min(1).max(20).default(3),
        within: duration.default('P1D'),
      })
      .prefault({}),
    bounces: z
      .strictObject({
        /** So many soft bounces, within so long, are as good as a hard one. */
        soft: z.int().min(1).max(100).default(5),
        within: duration.default('P30D'),
      })
      .prefault({}),
    /** Words in other languages, or other words than the built-in ones: language → key → text. */
    texts: z.record(language, z.record(z.string().max(200), z.string().max(10_000))).default({}),
  })
  .superRefine((policy, context) => {
    const issue = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message });
    for (const list of ['channels', 'purposes', 'forms'] as const)
      for (const [i, { id: own }] of policy[list].entries())
        if (policy[list].findIndex((other) => other.id === own) < i)
          issue([list, i, 'id'], `expected each ${list.slice(0, -1)} once, got ${own} twice`);
    for (const [i, { doubleOptIn, channels }] of policy.purposes.entries())
      if (doubleOptIn && !channels.includes('email'))
        issue(
          ['purposes', i, 'doubleOptIn'],
          `expected the channel email for a double opt-in, which is by mail, got ${channels.join(', ')}`,
        );
    for (const [i, { purposes }] of policy.forms.entries())
      for (const [j, named] of purposes.entries()) {
        const declared = policy.purposes.find(({ id: own }) => own === named);
        if (!declared?.channels.includes('email'))
          issue(['forms', i, 'purposes', j], `expected a declared purpose with the channel email, got ${named}`);
        else if (declared.basis === 'contract')
          issue(['forms', i, 'purposes', j], `expected a purpose that people can agree to, got ${named}: a contract`);
      }
    for (const [tongue, texts] of Object.entries(policy.texts))
      for (const key of Object.keys(texts))
        if (!isTextKey(key, policy))
          issue(
            ['texts', tongue, key],
            `expected the key of a text, as ${Object.keys(builtInTexts.en)[0]}, got ${key}`,
          );
  });
export type PermissionPolicy = z.output<typeof permissionPolicySchema>;
export type Purpose = PermissionPolicy['purposes'][number];

/** What holds where nobody has declared anything. */
export const defaultPermissionPolicy: PermissionPolicy = permissionPolicySchema.parse({});

export const purposeOf = (policy: PermissionPolicy, name: string): Purpose | undefined =>
  policy.purposes.find(({ id: own }) => own === name);

/** Whether a consent by this channel to this purpose stands only once it has been confirmed by mail. */
export const needsConfirmation = (policy: PermissionPolicy, channel: string, name: string): boolean =>
  channel === 'email' && purposeOf(policy, name)?.doubleOptIn === true;

/** What must stand for a contact, of what its node asks and what its purpose is based on: the stricter of both. */
export function consentNeeded<C extends 'given' | 'notRefused' | 'notNeeded' | 'asked'>(
  policy: PermissionPolicy,
  { purpose: name, consent }: { purpose: string; consent: C },
): C | 'given' | 'notRefused' {
  if (consent === 'asked' || consent === 'given') return consent;
  const basis = purposeOf(policy, name)?.basis;
  if (basis === 'consent') return 'given';
  return basis === 'legitimateInterest' ? 'notRefused' : consent;
}
