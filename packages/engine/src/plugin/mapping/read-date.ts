import { Temporal } from 'temporal-polyfill';

/** A calendar date and, where it was written, a time of day in some zone. */
interface Written {
  date: readonly [year: number, month: number, day: number];
  time?: readonly [hour: number, minute: number, second: number, millisecond: number];
  /** Minutes east of UTC, where the text itself says so. */
  offset?: number;
}

/** As ISO 8601 writes it. */
const iso =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:[.,](\d{1,9}))?)?(?:(Z)|([+-])(\d{2}):?(\d{2})?)?)?$/;

const daysOfMonth = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** Numbers that count from 1970, and how many of them are a millisecond. */
export const countedFormats = { seconds: 1000, milliseconds: 1, microseconds: 0.001 } as const;

const tokens: Record<string, string> = {
  yyyy: '(?<y>\\d{4})',
  yy: '(?<yy>\\d{2})',
  MMM: '(?<mon>[A-Za-z]{3})',
  MM: '(?<M>\\d{2})',
  M: '(?<M>\\d{1,2})',
  dd: '(?<d>\\d{2})',
  d: '(?<d>\\d{1,2})',
  HH: '(?<h>\\d{2})',
  H: '(?<h>\\d{1,2})',
  mm: '(?<m>\\d{2})',
  ss: '(?<s>\\d{2})',
  SSS: '(?<ms>\\d{3})',
};
const token = /yyyy|yy|MMM|MM|M|dd|d|HH|H|mm|ss|SSS/g;

const compiled = new Map<string, RegExp | undefined>();

/** What a format of date letters matches, or undefined when it is none: it needs a year, a month and a day, each once. */
function compile(format: string): RegExp | undefined {
  if (compiled.has(format)) return compiled.get(format);
  const found = format.match(token) ?? [];
  const has = (...any: string[]) => found.filter((each) => any.includes(each)).length === 1;
  const sound =
    new Set(found).size === found.length &&
    has('yyyy', 'yy') &&
    has('MMM', 'MM', 'M') &&
    has('dd', 'd') &&
    // Letters that stand for nothing are a mistake, but for the T and the Z of ISO.
    !/[A-Za-z]/.test(format.replace(token, '').replace(/[TZ]/g, ''));
  const between = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  let source = '';
  let last = 0;
  for (const match of format.matchAll(token)) {
    source += between(format.slice(last, match.index)) + tokens[match[0]];
    last = match.index + match[0].length;
  }
  const pattern = sound ? new RegExp(`^${source}${between(format.slice(last))}$`) : undefined;
  compiled.set(format, pattern);
  return pattern;
}

/** Whether a text says how dates are written: `dd.MM.yyyy HH:mm`, `yyyyMMdd`, `seconds`, `iso`. */
export const isDateFormat = (format: string): boolean =>
  format === 'iso' || Object.hasOwn(countedFormats, format) || compile(format) !== undefined;

function sound(written: Written): Written | undefined {
  const [year, month, day] = written.date;
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const last = month === 2 && !isLeap ? 28 : (daysOfMonth[month - 1] ?? 0);
  if (day < 1 || day > last) return undefined;
  const [hour, minute, second] = written.time ?? [0, 0, 0, 0];
  return hour < 24 && minute < 60 && second < 60 ? written : undefined;
}

function parseIso(text: string): Written | undefined {
  const match = iso.exec(text);
  if (!match) return undefined;
  const [, y, M, d, h, m, s = '0', fraction = '', z, sign, oh, om = '0'] = match;
  const offset = z ? 0 : sign ? (Number(oh) * 60 + Number(om)) * (sign === '-' ? -1 : 1) : undefined;
  return sound({
    date: [Number(y), Number(M), Number(d)],
    ...(h === undefined
      ? {}
      : { time: [Number(h), Number(m), Number(s), Number(fraction.slice(0, 3).padEnd(3, '0'))] as const }),
    ...(offset === undefined ? {} : { offset }),
  });
}

function parseAs(text: string, format: string): Written | undefined {
  const groups = compile(format)?.exec(text)?.groups;
  if (!groups) return undefined;
  const month = groups.mon === undefined ? Number(groups.M) : months.indexOf(groups.mon.toLowerCase()) + 1;
  // Two digits are of this century up to 68, as POSIX has it.
  const year = groups.y === undefined ? Number(groups.yy) + (Number(groups.yy) <= 68 ? 2000 : 1900) : Number(groups.y);
  return sound({
    date: [year, month, Number(groups.d)],
    ...(groups.h === undefined
      ? {}
      : {
          time: [Number(groups.h), Number(groups.m ?? 0), Number(groups.s ?? 0), Number(groups.ms ?? 0)] as const,
        }),
    ...(format.endsWith('Z') ? { offset: 0 } : {}),
  });
}

function counted(value: string | number, format: keyof typeof countedFormats): number | undefined {
  const number = typeof value === 'number' ? value : /^-?\d{1,17}(\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
  const at = Math.trunc(number * countedFormats[format]);
  // The years that ISO 8601 writes with four digits.
  return at >= -62_167_219_200_000 && at <= 253_402_300_799_999 ? at : undefined;
}

const isCounted = (format: string): format is keyof typeof countedFormats => Object.hasOwn(countedFormats, format);

function instantOf({ date: [year, month, day], time = [0, 0, 0, 0], offset }: Written, zone: string): number {
  const [hour, minute, second, millisecond] = time;
  if (offset === undefined && zone !== 'UTC')
    return new Temporal.PlainDateTime(year, month, day, hour, minute, second, millisecond).toZonedDateTime(zone)
      .epochMilliseconds;
  const at = new Date(0);
  at.setUTCFullYear(year, month - 1, day);
  return at.getTime() + ((hour * 60 + minute - (offset ?? 0)) * 60 + second) * 1000 + millisecond;
}

/** Epoch milliseconds of a text or number, or undefined when it is not written so. What names no offset is local to the zone. */
export function readInstant(value: string | number, format = 'iso', zone = 'UTC'): number | undefined {
  if (isCounted(format)) return counted(value, format);
  if (typeof value === 'number') value = String(value);
  const written = format === 'iso' ? parseIso(value) : parseAs(value, format);
  return written && instantOf(written, zone);
}

/** A date as ISO 8601 writes it, with its time of day where it has one; undefined when it is not written so. */
export function readDate(value: string | number, format = 'iso', zone = 'UTC'): string | undefined {
  if (format === 'iso') return typeof value === 'string' && parseIso(value) ? value : undefined;
  if (isCounted(format)) {
    const at = counted(value, format);
    return at === undefined ? undefined : new Date(at).toISOString();
  }
  const written = parseAs(String(value), format);
  if (!written) return undefined;
  if (written.time) return new Date(instantOf(written, zone)).toISOString();
  const [year, month, day] = written.date;
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

const guesses = [
  'dd.MM.yyyy',
  'dd.MM.yyyy HH:mm',
  'dd.MM.yyyy HH:mm:ss',
  'd.M.yyyy',
  'yyyy/MM/dd',
  'dd-MMM-yyyy',
] as const;
const either = [
  ['dd/MM/yyyy', 'MM/dd/yyyy'],
  ['d/M/yyyy', 'M/d/yyyy'],
  ['dd-MM-yyyy', 'MM-dd-yyyy'],
] as const;

/** How these dates are written, if not as ISO does. Several where day and month cannot be told apart by them. */
export function guessDateFormats(values: readonly string[]): string[] {
  const fits = (format: string) => values.every((value) => parseAs(value.trim(), format));
  if (values.length === 0) return [];
  const one = guesses.find(fits);
  if (one !== undefined) return [one];
  for (const pair of either) {
    const fitting = pair.filter(fits);
    if (fitting.length > 0) return fitting;
  }
  return [];
}
