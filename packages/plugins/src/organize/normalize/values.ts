import type { Json } from '@osicam/engine/plugin';
import type { CountryCode } from 'libphonenumber-js';
import { parsePhoneNumberFromString } from 'libphonenumber-js';
import { emailAddress } from '../../address.ts';

export interface Habits {
  /** Where a phone number without a country code is from. */
  readonly country: CountryCode;
  readonly decimal: 'point' | 'comma';
  readonly dates: 'dayFirst' | 'monthFirst';
}

const blanks = /[\s\u00a0\u200b\ufeff]+/gu;
const tidy = (text: string) => text.normalize('NFC').replace(blanks, ' ').trim();

const particles = new Set([
  'bin',
  'da',
  'de',
  'del',
  'den',
  'der',
  'di',
  'do',
  'dos',
  'du',
  'la',
  'le',
  'van',
  'von',
  'y',
]);

/** A name written all in small or all in capital letters gets its capitals; one that is mixed was meant so. */
export function readName(text: string): string | undefined {
  const name = tidy(text);
  if (!/\p{L}/u.test(name)) return undefined;
  if (name !== name.toLowerCase() && name !== name.toUpperCase()) return name;
  const words = name.toLowerCase().split(' ');
  const cased = words.map((word, index) => {
    if (index > 0 && index < words.length - 1 && particles.has(word)) return word;
    return word
      .replace(/(^|[-'’.])(\p{L})/gu, (_, before: string, letter: string) => before + letter.toUpperCase())
      .replace(/^Mc(\p{L})(?=\p{L}{2})/u, (_, letter: string) => `Mc${letter.toUpperCase()}`);
  });
  return cased.join(' ');
}

/** An address in small letters, its domain in ASCII; undefined when no mail can be sent to it. */
export function readEmail(text: string): string | undefined {
  const bare = tidy(text)
    .replace(/^mailto:/i, '')
    .replace(/^.*<([^<>]+)>$/, '$1')
    .replace(/[.,;]+$/, '');
  return emailAddress(bare);
}

/** A number in E.164, as +442079460018; undefined when no telephone can have it. */
export function readPhone(text: string, { country }: Habits): string | undefined {
  const digits = tidy(text).replace(/^tel:/i, '');
  const international = digits.replace(/^00(?=[1-9])/, '+');
  for (const candidate of [international, `+${digits}`]) {
    const phone = parsePhoneNumberFromString(candidate, country);
    // A number without a plus may have lost it on its way through a spreadsheet, which keeps numbers only.
    if (phone?.isValid() && (candidate === international || /^\d{9,15}$/.test(digits))) return phone.number;
  }
  return undefined;
}

export function readNumber(text: string, { decimal }: Habits): number | undefined {
  const bare = tidy(text).replace(/^\p{Sc}\s?|\s?(\p{Sc}|%|[A-Z]{3})$/gu, '');
  const [point, group] = decimal === 'point' ? ['\\.', ','] : [',', '\\.'];
  const shape = new RegExp(`^[+-]?(\\d+|\\d{1,3}([${group} ’']\\d{3})+)(${point}\\d+)?$`);
  if (!shape.test(bare)) return undefined;
  const number = Number(bare.replace(new RegExp(`[${group} ’']`, 'g'), '').replace(',', '.'));
  return Number.isFinite(number) ? number : undefined;
}

/** A day as 2026-01-31, or an instant in UTC where a time was given. */
export function readDate(text: string, { dates }: Habits): string | undefined {
  const bare = tidy(text);
  const instant = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:?\d\d)?$/i.exec(bare);
  if (instant) {
    const [, date = '', time, zone = 'Z'] = instant;
    const milliseconds = day(date) && Date.parse(`${date}T${time}${zone.toUpperCase()}`);
    return milliseconds === undefined || Number.isNaN(milliseconds)
      ? undefined
      : new Date(milliseconds as number).toISOString();
  }
  const iso = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$/.exec(bare) ?? /^(\d{4})(\d\d)(\d\d)$/.exec(bare);
  if (iso) return day(iso.slice(1).map(two).join('-'));
  const [, first, second, year] = /^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})$/.exec(bare) ?? [];
  if (!year) return undefined;
  return day([year, ...(dates === 'dayFirst' ? [second, first] : [first, second])].map(two).join('-'));
}

const two = (part: string | undefined) => (part ?? '').padStart(2, '0');

/** The date, if the calendar has it. */
function day(iso: string): string | undefined {
  const date = new Date(`${iso}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso) ? iso : undefined;
}

const truths = new Set(['true', 'yes', 'y', '1', 'oui', 'ja', 'si', 'sí', 'да', 'on']);
const untruths = new Set(['false', 'no', 'n', '0', 'non', 'nein', 'нет', 'off']);

function readBoolean(text: string): boolean | undefined {
  const word = tidy(text).toLowerCase();
  return truths.has(word) ? true : untruths.has(word) ? false : undefined;
}

export const readers = {
  text: (text: string) => tidy(text),
  name: readName,
  email: readEmail,
  phone: readPhone,
  number: readNumber,
  date: readDate,
  boolean: readBoolean,
} satisfies Record<string, (text: string, habits: Habits) => Json | undefined>;
