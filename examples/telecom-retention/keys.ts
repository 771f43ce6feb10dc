import type { Person } from './person.ts';
import type { Random } from './random.ts';
import {
  drawEmailSpelling,
  drawPhoneSpelling,
  EMAIL_SPELLINGS,
  type EmailSpelling,
  otherThan,
  PHONE_SPELLINGS,
  type PhoneSpelling,
} from './spelling.ts';

/** Which of the two exact keys a row carries, and in what spelling. */
export type Keys = { readonly email?: EmailSpelling; readonly phone?: PhoneSpelling };

/** The keys of each row of one person. */
export type PersonKeys = {
  readonly first: Keys;
  readonly second: Keys | undefined;
  readonly caller: Keys | undefined;
  readonly subject: Keys | undefined;
};

export function drawKeys(person: Person, random: Random): PersonKeys {
  const whole = { email: drawEmailSpelling(random), phone: drawPhoneSpelling(random) };
  const lacks = random.weighted({ nothing: 93, email: 4, phone: 3 });
  const keys = {
    first: keep(whole, lacks !== 'email', lacks !== 'phone'),
    second: person.secondAccount && drawSecondKeys(person.secondAccount.kind, whole, random),
    caller: person.caller && drawCallerKeys(person.caller.staysUnderOldPhone, random),
    subject: person.subject && drawSubjectKeys(person.subject, random),
  };
  // Only a key that was given up may part a person's rows. A gap that would do so by chance is closed in billing.
  return partsByChance(person, keys) ? { ...keys, first: whole } : keys;
}

function drawSecondKeys(kind: string, first: Required<Keys>, random: Random): Keys {
  // The other spelling is the point of the duplicate: comparing the text as it stands must not find it.
  const email = otherThan(EMAIL_SPELLINGS, first.email, random);
  const phone = otherThan(PHONE_SPELLINGS, first.phone, random);
  return keep({ email, phone }, kind !== 'movedSamePhone', kind !== 'movedSameEmail');
}

function drawCallerKeys(staysUnderOldPhone: boolean, random: Random): Keys {
  const email = !staysUnderOldPhone && random.chance(0.55);
  const phone = !email || random.chance(0.97);
  return keep({ email: drawEmailSpelling(random), phone: drawPhoneSpelling(random) }, email, phone);
}

function drawSubjectKeys(subject: NonNullable<Person['subject']>, random: Random): Keys {
  const spelled = { email: drawEmailSpelling(random), phone: drawPhoneSpelling(random) };
  if (subject.staysUnderOldEmail) return keep(spelled, true, false);
  return keep(spelled, subject.keyedBy !== 'phone', subject.keyedBy !== 'email');
}

function keep(keys: Required<Keys>, email: boolean, phone: boolean): Keys {
  return { ...(email && { email: keys.email }), ...(phone && { phone: keys.phone }) };
}

function partsByChance(person: Person, { first, second, caller, subject }: PersonKeys): boolean {
  const rows = [
    first,
    second,
    person.caller?.staysUnderOldPhone ? undefined : caller,
    person.subject?.staysUnderOldEmail ? undefined : subject,
  ].filter((keys) => keys !== undefined);
  const byEmail = rows.filter((keys) => keys.email).length;
  const byPhone = rows.filter((keys) => keys.phone).length;
  const byBoth = rows.some((keys) => keys.email && keys.phone);
  return !byBoth && byEmail > 0 && byPhone > 0;
}
