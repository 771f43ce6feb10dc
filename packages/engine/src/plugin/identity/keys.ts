import { emailForm } from './email.ts';
import { phoneForm } from './phone.ts';
import type { IdentityForm, IdentityPolicy } from './policy.ts';
import { otherKinds } from './policy.ts';

/** What holds for the keys of a kind. */
export interface KeyRule {
  /** Its place among the kinds; the lower counts more. */
  rank: number;
  limit: number;
  merge: IdentityPolicy['kinds'][number]['merge'];
  form: IdentityForm;
  /** The one form of a value without blanks at its ends; undefined for what is none of this kind. */
  normal: (value: string) => string | undefined;
}

/** The kinds of keys of an installation, made once from its policy: asked for every identity that comes in. */
export interface Keys {
  of(kind: string): KeyRule;
  /** The one form of a value, wherever it comes from; undefined where it has none. */
  normal(kind: string, value: string): string | undefined;
  isBlocked(value: string): boolean;
}

export function keysOf({ kinds, country, blocked, email }: IdentityPolicy): Keys {
  const forms: Record<IdentityForm, KeyRule['normal']> = {
    exact: (value) => value,
    'case-insensitive': (value) => value.normalize('NFC').toLowerCase(),
    email: emailForm(email),
    phone: phoneForm(country),
    digits: (value) => value.replace(/\D+/g, '') || undefined,
  };
  const rules = new Map(
    kinds.map(({ kind, form, limit, merge }, rank): [string, KeyRule] => [
      kind,
      { rank, limit: limit ?? Number.POSITIVE_INFINITY, merge, form, normal: forms[form] },
    ]),
  );
  const others = rules.get(otherKinds) ?? {
    rank: kinds.length,
    limit: Number.POSITIVE_INFINITY,
    merge: 'never',
    form: 'exact',
    normal: forms.exact,
  };
  const nobody = new Set(blocked.map((value) => value.toLowerCase()));
  const of = (kind: string) => rules.get(kind) ?? others;
  return {
    of,
    normal: (kind, value) => of(kind).normal(value.trim()),
    isBlocked: (value) => nobody.size > 0 && nobody.has(value.toLowerCase()),
  };
}
