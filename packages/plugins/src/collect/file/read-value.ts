export type ColumnType = 'text' | 'number' | 'boolean' | 'date';

/** A number as a program writes it. Leading zeros make a code, and more than 15 digits are more than a number can keep. */
const decimalPoint = /^-?(?:0|[1-9]\d*)?(?:\.\d+)?(?:[eE][+-]?\d{1,2})?$/;
const decimalComma = /^-?(?:0|[1-9]\d*|[1-9]\d{0,2}(?:\.\d{3})+)?(?:,\d+)?$/;

export function readNumber(text: string, decimal: 'point' | 'comma'): number | undefined {
  if (!(decimal === 'point' ? decimalPoint : decimalComma).test(text) || !/\d/.test(text)) return undefined;
  if (text.length > 15 && text.replace(/[eE].*$/, '').replace(/\D/g, '').length > 15) return undefined;
  const value = Number(decimal === 'point' ? text : text.replaceAll('.', '').replace(',', '.'));
  return Number.isFinite(value) ? value : undefined;
}

const truths = new Map<string, boolean>(
  Object.entries({ true: true, yes: true, y: true, '1': true, false: false, no: false, n: false, '0': false }),
);
export const readBoolean = (text: string): boolean | undefined => truths.get(text.toLowerCase());

/** A calendar date, alone or with a time of day, as ISO 8601 writes it. */
const isoDate =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ]([01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;

const daysOfMonth = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

export function readDate(text: string): string | undefined {
  const match = isoDate.exec(text);
  if (!match) return undefined;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const last = month === 2 && !isLeap ? 28 : (daysOfMonth[month - 1] ?? 0);
  return day >= 1 && day <= last ? text : undefined;
}

/** The value of a field that is not blank, or undefined when it is not of the type. */
export function readValue(
  type: ColumnType,
  field: string,
  decimal: 'point' | 'comma',
): string | number | boolean | undefined {
  switch (type) {
    case 'text':
      return field;
    case 'number':
      return readNumber(field.trim(), decimal);
    case 'boolean':
      return readBoolean(field.trim());
    case 'date':
      return readDate(field.trim());
  }
}
