import type { AttributeType } from '../../plugin/attribute-type.ts';
import { attributeTypes } from '../../plugin/attribute-type.ts';
import { parseInstant } from '../../rule/instant.ts';

/** One bit a type of value, so that what has come is one small number. */
const bits = { text: 1, number: 2, boolean: 4, instant: 8, list: 16, object: 32 } as const;
const anything = 63;

/** The bits that a declared type takes in. A text that happens to spell an instant is a text. */
const taken: Readonly<Record<AttributeType, number>> = {
  ...bits,
  text: bits.text | bits.instant,
  any: anything,
};

/** Those of these types that a declared type takes in; all of them where there is none. */
export const fitting = (type: AttributeType | undefined, came: number): number => came & taken[type ?? 'any'];

/** Whether every value of these types fits. */
export const fitsAll = (type: AttributeType, came: number): boolean => (came & ~taken[type]) === 0;

export const fits = (type: AttributeType, value: unknown): boolean =>
  value === null || value === undefined || fitsAll(type, bitOf(value));

/** The bit of a value's type; 0 for null, which is none and takes a trait away. */
export function bitOf(value: unknown): number {
  switch (typeof value) {
    case 'string':
      return isInstant(value) ? bits.instant : bits.text;
    case 'number':
      return bits.number;
    case 'boolean':
      return bits.boolean;
    case 'object':
      return value === null ? 0 : Array.isArray(value) ? bits.list : bits.object;
    default:
      return 0;
  }
}

/** What has come when this value comes too. Where texts have come no further text need be read. */
export const add = (came: number, value: unknown): number =>
  typeof value === 'string' && (came & bits.text) !== 0 ? came : came | bitOf(value);

/** Most texts are told apart by two characters, and most dates by their digits; only what is left is read. */
function isInstant(text: string): boolean {
  if (text.length < 10 || text.charCodeAt(4) !== dash || text.charCodeAt(7) !== dash) return false;
  if (text.length > 10) return parseInstant(text) !== undefined;
  const month = digits(text, 5);
  const day = digits(text, 8);
  const year = digits(text, 0) + digits(text, 2);
  return month >= 1 && month <= 12 && day >= 1 && day <= 28 ? year >= 0 : parseInstant(text) !== undefined;
}

const dash = 45;

/** The number that two digits spell; not a number where they are none, which no comparison holds for. */
function digits(text: string, at: number): number {
  const [tens, ones] = [text.charCodeAt(at) - 48, text.charCodeAt(at + 1) - 48];
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? 10 * tens + ones : Number.NaN;
}

/** The type that all values fit that have come, at worst `any`. */
export const typeOfCame = (came: number): AttributeType =>
  came === bits.instant ? 'instant' : (attributeTypes.find((type) => fitsAll(type, came)) as AttributeType);

/** The types behind the bits, in words. */
export const wordsOf = (came: number): AttributeType[] =>
  (Object.keys(bits) as (keyof typeof bits)[]).filter((type) => (came & bits[type]) !== 0);
