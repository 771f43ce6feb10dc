import { withoutAccents } from './names.ts';
import type { Random } from './random.ts';

/** The ways in which the three systems spell one and the same value; the first of each is the plain one. */
export const EMAIL_SPELLINGS = ['plain', 'upperCase', 'capitals', 'blanks'] as const;
export const PHONE_SPELLINGS = ['e164', 'international', 'national', 'spaced', 'dotted', 'zeroZero'] as const;

export type NameSpelling = 'plain' | 'upperCase' | 'noAccents' | 'blanks' | 'lastNameFirst';
export type EmailSpelling = (typeof EMAIL_SPELLINGS)[number];
export type PhoneSpelling = (typeof PHONE_SPELLINGS)[number];
export type CitySpelling = 'plain' | 'upperCase' | 'noAccents';

const NAME_WEIGHTS = { plain: 80, upperCase: 6, noAccents: 5, blanks: 4, lastNameFirst: 5 };
const EMAIL_WEIGHTS = { plain: 84, upperCase: 6, capitals: 5, blanks: 5 };
const PHONE_WEIGHTS = { e164: 25, international: 25, national: 20, spaced: 15, dotted: 8, zeroZero: 7 };
const CITY_WEIGHTS = { plain: 90, upperCase: 6, noAccents: 4 };

export function spellName(first: string, last: string, spelling: NameSpelling): string {
  switch (spelling) {
    case 'plain':
      return `${first} ${last}`;
    case 'upperCase':
      return `${first} ${last}`.toUpperCase();
    case 'noAccents':
      return withoutAccents(`${first} ${last}`);
    case 'blanks':
      return ` ${first}  ${last} `;
    case 'lastNameFirst':
      return `${last.toUpperCase()} ${first}`;
  }
}

export function spellEmail(email: string, spelling: EmailSpelling): string {
  switch (spelling) {
    case 'plain':
      return email;
    case 'upperCase':
      return email.toUpperCase();
    case 'capitals':
      return email.replace(/(^|\.)[a-z](?=.*@)/g, (letter) => letter.toUpperCase());
    case 'blanks':
      return ` ${email}  `;
  }
}

/** `phone` is E.164 of a French mobile: +33 and nine digits. */
export function spellPhone(phone: string, spelling: PhoneSpelling): string {
  const national = `0${phone.slice(3)}`;
  const pairs = national.match(/\d\d/g)!;
  switch (spelling) {
    case 'e164':
      return phone;
    case 'international':
      return `+33 ${pairs.join(' ').slice(1)}`;
    case 'national':
      return national;
    case 'spaced':
      return pairs.join(' ');
    case 'dotted':
      return pairs.join('.');
    case 'zeroZero':
      return `0033${phone.slice(3)}`;
  }
}

export function spellCity(city: string, spelling: CitySpelling): string {
  switch (spelling) {
    case 'plain':
      return city;
    case 'upperCase':
      return city.toUpperCase();
    case 'noAccents':
      return withoutAccents(city);
  }
}

// A spelling that changes nothing in this value (no accent to lose) is the plain one, or the counts would promise what
// no reader of the files can see.
export const drawNameSpelling = (random: Random, first: string, last: string): NameSpelling => {
  const spelling = random.weighted(NAME_WEIGHTS);
  return spellName(first, last, spelling) === `${first} ${last}` ? 'plain' : spelling;
};
export const drawCitySpelling = (random: Random, city: string): CitySpelling => {
  const spelling = random.weighted(CITY_WEIGHTS);
  return spellCity(city, spelling) === city ? 'plain' : spelling;
};
export const drawEmailSpelling = (random: Random): EmailSpelling => random.weighted(EMAIL_WEIGHTS);
export const drawPhoneSpelling = (random: Random): PhoneSpelling => random.weighted(PHONE_WEIGHTS);

export function otherThan<T>(spellings: readonly T[], taken: T | undefined, random: Random): T {
  return random.pick(spellings.filter((spelling) => spelling !== taken));
}

export function normalizeEmail(text: string): string | undefined {
  const email = text.trim().toLowerCase();
  return /^[^\s@]+@[^\s@]+$/.test(email) ? email : undefined;
}

/** Understands the French spellings of this example only; the engine's own normalisation uses libphonenumber. */
export function normalizePhone(text: string): string | undefined {
  const digits = text.replace(/[\s.()-]/g, '');
  const match = /^(?:\+33|0033|0)([1-9]\d{8})$/.exec(digits);
  return match ? `+33${match[1]}` : undefined;
}
