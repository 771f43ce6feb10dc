import type { Json } from '../json.ts';
import { readDate } from './read-date.ts';

/** What a value is to be read as. `money` becomes whole minor units of its currency, as 1177 for 11.77 USD. */
export const valueTypes = ['text', 'number', 'boolean', 'date', 'money', 'json'] as const;
export type ValueType = (typeof valueTypes)[number];

export type DecimalSign = 'point' | 'comma';

/** How a value is written. */
export interface Reading {
  readonly type: ValueType;
  /** Of dates: see `readDate`. */
  readonly format?: string;
  /** Where dates that name no offset are from. */
  readonly zone?: string;
  /** Of money, by ISO 4217. */
  readonly currency?: string;
  readonly decimal: DecimalSign;
}

/** A number as a program writes it. Leading zeros make a code, and more than 15 digits are more than a number can keep. */
const decimalPoint = /^-?(?:0|[1-9]\d*)?(?:\.\d+)?(?:[eE][+-]?\d{1,2})?$/;
const decimalComma = /^-?(?:0|[1-9]\d*|[1-9]\d{0,2}(?:\.\d{3})+)?(?:,\d+)?$/;

export function readNumber(text: string, decimal: DecimalSign): number | undefined {
  if (!(decimal === 'point' ? decimalPoint : decimalComma).test(text) || !/\d/.test(text)) return undefined;
  if (text.length > 15 && text.replace(/[eE].*$/, '').replace(/\D/g, '').length > 15) return undefined;
  const value = Number(decimal === 'point' ? text : text.replaceAll('.', '').replace(',', '.'));
  return Number.isFinite(value) ? value : undefined;
}

const truths = new Map<string, boolean>(
  Object.entries({ true: true, yes: true, y: true, '1': true, false: false, no: false, n: false, '0': false }),
);
export function readBoolean(value: Json): boolean | undefined {
  if (typeof value === 'boolean') return value;
  return typeof value === 'string' || typeof value === 'number'
    ? truths.get(String(value).trim().toLowerCase())
    : undefined;
}

const digits = new Map<string, number>();

/** How many decimals a currency has: two of EUR, none of JPY, three of KWD. */
export function currencyDigits(currency: string): number {
  let known = digits.get(currency);
  if (known === undefined) {
    known = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
    digits.set(currency, known);
  }
  return known;
}

/** An amount in whole minor units. By its digits, never by a product of floating numbers; more decimals than the currency has are no amount. */
export function readMoney(text: string, currency: string, decimal: DecimalSign): number | undefined {
  const plain = decimal === 'comma' ? text.replaceAll('.', '').replace(',', '.') : text.replaceAll(',', '');
  const match = /^(-?)(\d{1,15})(?:\.(\d+))?$/.exec(plain);
  if (!match) return undefined;
  const places = currencyDigits(currency);
  const [, sign, whole, fraction = ''] = match;
  if (/[1-9]/.test(fraction.slice(places))) return undefined;
  const minor = Number(`${sign}${whole}${fraction.slice(0, places).padEnd(places, '0')}`);
  return Number.isSafeInteger(minor) ? minor : undefined;
}

/** The value as its type, or undefined when it is not of it. A blank is no value, and not for here. */
export function readValue(reading: Reading, value: Json): Json | undefined {
  const { type, format, zone, decimal, currency = 'EUR' } = reading;
  switch (type) {
    case 'text':
      return typeof value === 'string' ? value : typeof value === 'object' ? undefined : String(value);
    case 'number':
      if (typeof value === 'number') return value;
      return typeof value === 'string' ? readNumber(value.trim(), decimal) : undefined;
    case 'boolean':
      return readBoolean(value);
    case 'date':
      return typeof value === 'string' || typeof value === 'number'
        ? readDate(typeof value === 'string' ? value.trim() : value, format, zone)
        : undefined;
    case 'money':
      // The shortest text that is this number is what was meant by it.
      if (typeof value === 'number') return readMoney(String(value), currency, 'point');
      return typeof value === 'string' ? readMoney(value.trim(), currency, decimal) : undefined;
    case 'json':
      return typeof value === 'string' ? parseOr(value) : value;
  }
}

function parseOr(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
