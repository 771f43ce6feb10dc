import type { Identity } from '../customer.ts';
import type { Json, JsonObject } from '../json.ts';
import { readBirthDate } from './birth-date.ts';
import { fold, foldName, sound } from './fold.ts';
import type { LikenessPolicy } from './policy.ts';

/** A customer as likeness sees it: folded, and '' where nothing is known. */
export interface Person {
  readonly id: number;
  /** Given names; blanks between several. */
  readonly given: string;
  readonly family: string;
  /** jr, sr, ii, iii. */
  readonly generation: string;
  /** As 19800403; 0 where it is not known. */
  readonly birth: number;
  readonly street: string;
  readonly house: string;
  readonly postcode: string;
  readonly city: string;
  readonly emails: readonly string[];
  readonly phones: readonly string[];
}

const titles = new Set('mr mrs ms miss dr prof sir dame herr frau dipl ing med phd mba'.split(' '));
const generations = new Map([
  ['jr', 'jr'],
  ['junior', 'jr'],
  ['jun', 'jr'],
  ['sr', 'sr'],
  ['senior', 'sr'],
  ['sen', 'sr'],
  ['ii', 'ii'],
  ['iii', 'iii'],
]);

export function toPerson(
  { id, traits, identities }: { id: number; traits: Readonly<JsonObject>; identities: readonly Identity[] },
  { fields, dates }: LikenessPolicy,
): Person {
  const text = (names: readonly string[]) => textAt(traits, names);
  let given = text(fields.given);
  let family = text(fields.family);
  if (given === '' && family === '') [given, family] = split(text(fields.name));
  const names = { given: words(given), family: words(family) };
  const [street, house] = address(text(fields.street));
  return {
    id,
    given: names.given.kept.join(' '),
    family: names.family.kept.join(' '),
    generation: names.family.generation || names.given.generation,
    birth: readBirthDate(valueAt(traits, fields.birthDate), dates) ?? 0,
    street,
    house,
    postcode: fold(text(fields.postcode)).replaceAll(' ', ''),
    city: fold(text(fields.city)),
    emails: keys(text(fields.email).toLowerCase(), identities, 'email'),
    phones: keys(text(fields.phone), identities, 'phone')
      .map(tail)
      .filter((phone) => phone.length > 4),
  };
}

/** A name in one: family name, given names; or the family name last. */
function split(name: string): [given: string, family: string] {
  const comma = name.indexOf(',');
  if (comma > 0) return [name.slice(comma + 1), name.slice(0, comma)];
  const all = name.trim().split(/\s+/);
  const last = all.length > 1 && generations.has(fold(all.at(-1) ?? '')) ? all.length - 2 : all.length - 1;
  return [all.slice(0, last).join(' '), all.slice(last).join(' ')];
}

function words(text: string): { kept: string[]; generation: string } {
  let generation = '';
  const kept = foldName(text)
    .split(' ')
    .filter((word, index, all) => {
      const named = generations.get(word);
      if (named && all.length > 1 && index > 0) generation = named;
      return word !== '' && !(named && all.length > 1 && index > 0) && !(titles.has(word) && all.length > 1);
    });
  return { kept, generation };
}

const abbreviations: readonly [RegExp, string][] = [
  [/\b(street|str|strasse)\b/g, 'st'],
  [/strasse\b|str\b/g, 'st'],
  [/\b(road)\b/g, 'rd'],
  [/\b(avenue|av)\b/g, 'ave'],
  [/\b(lane)\b/g, 'ln'],
  [/\b(drive)\b/g, 'dr'],
  [/\b(court)\b/g, 'ct'],
  [/\b(place|platz)\b/g, 'pl'],
  [/\b(square)\b/g, 'sq'],
  [/\b(saint)\b/g, 'st'],
];

/** A street and a number of the house, in whatever order. */
function address(text: string): [street: string, house: string] {
  const folded = fold(text);
  if (folded === '') return ['', ''];
  const house = /(?:^| )(\d+ ?[a-z]?)(?= |$)/.exec(folded);
  let street = house ? folded.replace(house[0], ' ').replace(/ +/g, ' ').trim() : folded;
  for (const [pattern, short] of abbreviations) street = street.replace(pattern, short);
  return [street, house?.[1]?.replace(' ', '') ?? ''];
}

/** The last figures of a number, which are the same with and without the code of a country. */
const tail = (phone: string): string => phone.replace(/\D/g, '').slice(-9);

function keys(trait: string, identities: readonly Identity[], kind: string): string[] {
  const found = identities.flatMap((identity) => (identity.kind === kind ? [identity.value] : []));
  if (trait !== '' && !found.includes(trait) && (kind !== 'phone' || !found.some((one) => tail(one) === tail(trait))))
    found.push(trait);
  return found;
}

const textAt = (traits: Readonly<JsonObject>, names: readonly string[]): string => {
  const value = valueAt(traits, names);
  return typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : '';
};

/** The first of these traits that is text or a number. */
function valueAt(traits: Readonly<JsonObject>, names: readonly string[]): Json | undefined {
  for (const name of names) {
    let value: Json | undefined = Object.hasOwn(traits, name) ? traits[name] : undefined;
    const dot = value === undefined ? name.indexOf('.') : -1;
    if (dot > 0) {
      const inner = traits[name.slice(0, dot)];
      const rest = name.slice(dot + 1);
      if (typeof inner === 'object' && inner !== null && !Array.isArray(inner) && Object.hasOwn(inner, rest))
        value = inner[rest];
    }
    if ((typeof value === 'string' && value.trim() !== '') || typeof value === 'number') return value;
  }
  return undefined;
}

/** The words under which a person is looked for: whoever shares none of them with another is not compared with them. */
export function blockKeys(person: Person): string[] {
  const { given, family, birth, postcode, house, emails, phones } = person;
  const first = given.split(' ', 1)[0] as string;
  const [a, b] = [first === '' ? '' : sound(first), family === '' ? '' : sound(family)];
  const found: string[] = [];
  if (a !== '' && b !== '') found.push(a < b ? `n${a} ${b}` : `n${b} ${a}`);
  if (birth > 0) {
    if (a !== '') found.push(`d${birth} ${a}`);
    if (b !== '' && b !== a) found.push(`d${birth} ${b}`);
  }
  if (postcode !== '' && house !== '') found.push(`a${postcode} ${house}`);
  for (const email of emails) {
    const local = email.slice(0, email.lastIndexOf('@')).replace(/[^a-z0-9]/g, '');
    if (local.length > 2) found.push(`e${local}`);
  }
  for (const phone of phones) found.push(`p${phone.slice(-8)}`);
  return found;
}
