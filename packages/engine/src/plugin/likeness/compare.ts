import { jaroWinkler } from '@skyra/jaro-winkler';
import { compareBirth, isTypo } from './birth-date.ts';
import type { BirthLevel } from './birth-date.ts';
import { fold, sound } from './fold.ts';
import { areShort } from './nicknames.ts';
import type { Person } from './person.ts';

/** How far two names agree. part: one has a further word; initial: one is a letter; short: a nickname. */
export type NameLevel = 'equal' | 'part' | 'initial' | 'short' | 'similar' | 'close' | 'differ' | 'missing';
export type KeyLevel = 'equal' | 'local' | 'near' | 'differ' | 'missing';
export type AddressLevel = 'same' | 'street' | 'postcode' | 'city' | 'differ' | 'missing';

export interface Levels {
  given: NameLevel;
  family: NameLevel;
  /** Given and family name stand the other way round. */
  swapped: boolean;
  generation: 'differ' | 'one' | 'fits';
  birth: BirthLevel | 'missing';
  address: AddressLevel;
  email: KeyLevel;
  phone: Exclude<KeyLevel, 'local'>;
}

const rank: Record<NameLevel, number> = {
  equal: 6,
  part: 5,
  short: 4,
  similar: 4,
  initial: 3,
  close: 2,
  missing: 1,
  differ: 0,
};

export function compare(a: Person, b: Person): Levels {
  let given = compareNames(a.given, b.given);
  let family = compareNames(a.family, b.family);
  let swapped = false;
  if (rank[given] < 3 && rank[family] < 3) {
    const across = compareNames(a.given, b.family);
    const back = compareNames(a.family, b.given);
    if (rank[across] > 3 && rank[back] > 3) [given, family, swapped] = [across, back, true];
    // One of two names was left out, and the other stands in its place.
    else if (a.family === '' && rank[back] === 1 && rank[across] > 3) [given, family] = ['missing', across];
    else if (b.family === '' && rank[across] === 1 && rank[back] > 3) [given, family] = ['missing', back];
  }
  return {
    given,
    family,
    swapped,
    generation: a.generation === b.generation ? 'fits' : a.generation && b.generation ? 'differ' : 'one',
    birth: a.birth === 0 || b.birth === 0 ? 'missing' : compareBirth(a.birth, b.birth),
    address: compareAddress(a, b),
    email: compareEmails(a.emails, b.emails),
    phone: comparePhones(a.phones, b.phones),
  };
}

/** How alike two texts are as they are read, between 0 and 1. */
export const likenessOf = (a: string, b: string): number => {
  const [x, y] = [fold(a), fold(b)];
  return x === y ? 1 : Math.min(0.999, jaroWinkler(x, y));
};

export function compareNames(a: string, b: string): NameLevel {
  if (a === '' || b === '') return 'missing';
  if (a === b) return 'equal';
  const [x, y] = a.length <= b.length ? [a, b] : [b, a];
  // A single letter is what is left of a name.
  const first = firstWord(x);
  if (first.length === 1 || firstWord(y).length === 1) return first[0] === y[0] ? 'initial' : 'differ';
  if (hasWords(y, x)) return 'part';
  if (areShort(firstWord(a), firstWord(b))) return 'short';
  const bare = likeness(x, y);
  const words = x.includes(' ') || y.includes(' ') ? likeness(firstWord(x), firstWord(y)) - 0.02 : 0;
  const best = Math.max(bare, words);
  if (best >= 0.93) return 'similar';
  if (best >= 0.84) return sound(x) === sound(y) ? 'similar' : 'close';
  return 'differ';
}

const firstWord = (name: string): string => {
  const blank = name.indexOf(' ');
  return blank < 0 ? name : name.slice(0, blank);
};

/** Whether all words of the shorter name are words of the longer one, which has others besides. */
function hasWords(longer: string, shorter: string): boolean {
  if (!longer.includes(' ')) return false;
  const all = longer.split(' ');
  return shorter.split(' ').every((word) => all.includes(word));
}

/** Names of four letters that differ in one are two names more often than one mistyped: they need more. */
const likeness = (a: string, b: string): number => jaroWinkler(a, b) - (Math.min(a.length, b.length) < 4 ? 0.05 : 0);

function compareAddress(a: Person, b: Person): AddressLevel {
  const places = a.postcode !== '' && b.postcode !== '';
  const samePlace = places ? a.postcode === b.postcode : a.city !== '' && a.city === b.city;
  if (!places && (a.city === '' || b.city === '') && (a.street === '' || b.street === '')) return 'missing';
  const streets = a.street !== '' && b.street !== '';
  const nearPlace = samePlace || (places && isTypo(a.postcode, b.postcode)) || (a.city !== '' && a.city === b.city);
  if (streets && nearPlace && (a.street === b.street || jaroWinkler(a.street, b.street) >= 0.92)) {
    if (a.house !== '' && a.house === b.house) return 'same';
    return samePlace && (a.house === '' || b.house === '' || isTypo(a.house, b.house))
      ? 'street'
      : samePlace
        ? 'postcode'
        : 'differ';
  }
  if (!samePlace) return 'differ';
  return places ? 'postcode' : 'city';
}

function compareEmails(a: readonly string[], b: readonly string[]): KeyLevel {
  if (a.length === 0 || b.length === 0) return 'missing';
  let best: KeyLevel = 'differ';
  for (const x of a)
    for (const y of b) {
      if (x === y) return 'equal';
      const [local, domain] = halves(x);
      const [other, place] = halves(y);
      if (local === other && local.length > 3) best = 'local';
      else if (
        best === 'differ' &&
        domain === place &&
        Math.min(local.length, other.length) > 4 &&
        isOneOff(local, other)
      )
        best = 'near';
      else if (best === 'differ' && local === other) best = 'near';
    }
  return best;
}

const halves = (email: string): [string, string] => {
  const at = email.lastIndexOf('@');
  return [email.slice(0, at), email.slice(at + 1)];
};

/** One letter more, less or other, or two that have changed places; figures must be the same, for they tell namesakes apart. */
function isOneOff(a: string, b: string): boolean {
  if (a.replace(/\D/g, '') !== b.replace(/\D/g, '')) return false;
  if (a.length === b.length) return isTypo(a, b);
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  if (long.length - short.length !== 1) return false;
  let i = 0;
  while (i < short.length && short[i] === long[i]) i++;
  return short.slice(i) === long.slice(i + 1);
}

function comparePhones(a: readonly string[], b: readonly string[]): Levels['phone'] {
  if (a.length === 0 || b.length === 0) return 'missing';
  let best: Levels['phone'] = 'differ';
  for (const x of a)
    for (const y of b) {
      if (x === y) return 'equal';
      if (isTypo(x, y)) best = 'near';
    }
  return best;
}
