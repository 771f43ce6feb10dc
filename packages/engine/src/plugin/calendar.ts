import { Temporal } from 'temporal-polyfill';
import { parseCalendarDuration } from '../rule/duration.ts';
import { parseInstant } from '../rule/instant.ts';
import type { Json } from './json.ts';

/*
 * Time of day and calendar in the time zone of a customer. Where clocks are put forward, a local time that does not exist
 * is the first instant after the gap; where they are put back, one that exists twice is the first of the two. So what is
 * to happen once a day happens once a day, in every zone and on every night. A date that a zone has left out altogether, as
 * Samoa the 30th of December 2011, has no time of day: what is to happen every day does not happen on it.
 */

/** Days of the week as settings name them, Monday first. */
export const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
export type Weekday = (typeof weekdays)[number];

const known = new Map<string, boolean>();

/** Whether the text is the IANA name of a time zone, as Europe/Berlin. An offset, as +02:00, is none: it knows no summer. */
export function isZone(name: unknown): name is string {
  if (typeof name !== 'string' || name.length > 64) return false;
  const before = known.get(name);
  if (before !== undefined) return before;
  const is = /^[A-Za-z]/.test(name) && hasRules(name);
  // What customers' traits hold is anybody's text: what is remembered of it is bounded.
  if (known.size < 10_000) known.set(name, is);
  return is;
}

function hasRules(zone: string): boolean {
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone).timeZoneId !== '';
  } catch {
    return false;
  }
}

/** The customer's own time zone, its trait `timezone`, or `otherwise` where it has none or one that does not exist. */
export const zoneOf = (customer: { readonly traits: Readonly<Record<string, Json>> }, otherwise: string): string =>
  isZone(customer.traits.timezone) ? customer.traits.timezone : otherwise;

const timeShape = /^([01]\d|2[0-3]):([0-5]\d)$/;

function readTime(text: string): Temporal.PlainTime {
  const parts = timeShape.exec(text);
  if (!parts) throw new RangeError(`expected a time of day from 00:00 to 23:59, got ${JSON.stringify(text)}`);
  return new Temporal.PlainTime(Number(parts[1]), Number(parts[2]));
}

/** The instant of a date's time of day in a zone; in a gap, the first instant after it. */
function instantOf(date: Temporal.PlainDate, time: Temporal.PlainTime, zone: string): number {
  const local = date.toPlainDateTime(time);
  const zoned = local.toZonedDateTime(zone, { disambiguation: 'earlier' });
  if (zoned.toPlainDateTime().equals(local)) return zoned.epochMilliseconds;
  return (zoned.getTimeZoneTransition('next') ?? zoned).epochMilliseconds;
}

const localDate = (instant: number, zone: string): Temporal.PlainDate =>
  Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone).toPlainDate();

const exists = (date: Temporal.PlainDate, zone: string): boolean =>
  date.toZonedDateTime(zone).toPlainDate().equals(date);

/** The dates that exist in a zone and are one of the days, from the one before an instant's own on: a gap at midnight may still owe that. */
function* datesFrom(instant: number, zone: string, days: readonly Weekday[]): Generator<Temporal.PlainDate> {
  if (days.length === 0) throw new RangeError('expected at least one day of the week');
  for (let date = localDate(instant, zone).subtract({ days: 1 }); ; date = date.add({ days: 1 }))
    if (days.includes(weekdays[date.dayOfWeek - 1] as Weekday) && exists(date, zone)) yield date;
}

/** The next time that it is so late in a zone, on one of these days of the week: always later than the instant given. */
export function nextTimeOfDay(after: number, time: string, zone: string, days: readonly Weekday[] = weekdays): number {
  const at = readTime(time);
  for (const date of datesFrom(after, zone, days)) {
    const instant = instantOf(date, at, zone);
    if (instant > after) return instant;
  }
  throw new RangeError('expected a calendar without end');
}

/** A part of the day on some days of the week. It opens on those days; where it ends no later than it begins, it closes on the next. */
export interface TimeWindow {
  readonly days?: readonly Weekday[];
  /** As 09:00. */
  readonly from: string;
  /** As 17:00: no longer in it. */
  readonly to: string;
}

/** When a window is open next in a zone: the instant given, if it is open then. */
export function nextInWindow(instant: number, { days = weekdays, from, to }: TimeWindow, zone: string): number {
  const [opens, closes] = [readTime(from), readTime(to)];
  const overnight = Temporal.PlainTime.compare(closes, opens) <= 0 ? 1 : 0;
  for (const date of datesFrom(instant, zone, days)) {
    const open = instantOf(date, opens, zone);
    if (open >= instant) return open;
    if (instantOf(date.add({ days: overnight }), closes, zone) > instant) return instant;
  }
  throw new RangeError('expected a calendar without end');
}

/** An instant and a duration later: months and years by the calendar of a zone, weeks and days of 24 hours unless there are such. */
export function addDuration(instant: number, duration: string, zone: string): number {
  const { years, months, days, milliseconds } = parseCalendarDuration(duration);
  if (years === 0 && months === 0) return instant + days * 86_400_000 + milliseconds;
  const zoned = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone);
  const date = zoned.toPlainDate().add({ years, months, days });
  return instantOf(date, zoned.toPlainTime(), zone) + milliseconds;
}

/** A date that somebody has: a day of the calendar, or an instant. */
export type ReadDate = { readonly day: string } | { readonly instant: number };

const dayShape = /^\d{4}-\d\d-\d\d$/;

/** What a trait says of a date: an ISO 8601 date, an ISO 8601 date with time (UTC unless it says otherwise), or epoch milliseconds. */
export function readDate(value: Json | undefined): ReadDate | undefined {
  if (typeof value === 'number')
    return Number.isFinite(value) && Math.abs(value) <= latest ? { instant: value } : undefined;
  const instant = typeof value === 'string' ? parseInstant(value) : undefined;
  if (typeof value !== 'string' || instant === undefined) return undefined;
  return dayShape.test(value) ? { day: value } : { instant };
}

/** The 31st of December 9999: what ISO 8601 says with four digits of a year. */
const latest = 253_402_300_799_999;

/** So long before or after somebody's date, at a time of day. */
export interface DateOffset {
  /** ISO 8601. With hours, minutes or seconds it counts from the instant itself (from midnight for a day), and `time` is not asked. */
  readonly offset: string;
  readonly direction: 'before' | 'after';
  /** As 09:00. */
  readonly time: string;
}

/**
 * The instant so long before or after a date, in a zone. The 31st and a month is the last of the next month. `yearly`: the
 * date comes round every year (the 29th of February on the 28th where there is none); the first that is not before this instant.
 */
export function aroundDate(date: ReadDate, by: DateOffset, zone: string, yearly?: number): number {
  const first = 'day' in date ? Temporal.PlainDate.from(date.day) : localDate(date.instant, zone);
  if (yearly === undefined) return oneAround(date, first, by, zone);
  for (let years = Math.max(0, localDate(yearly, zone).year - first.year - 1); ; years++) {
    const at = oneAround(date, first.add({ years }), by, zone);
    if (at >= yearly) return at;
  }
}

function oneAround(date: ReadDate, day: Temporal.PlainDate, by: DateOffset, zone: string): number {
  const { years, months, days, milliseconds, timed } = parseCalendarDuration(by.offset);
  const shifted = by.direction === 'before' ? day.subtract({ years, months, days }) : day.add({ years, months, days });
  if (!timed) return instantOf(shifted, readTime(by.time), zone);
  const time =
    'day' in date
      ? new Temporal.PlainTime()
      : Temporal.Instant.fromEpochMilliseconds(date.instant).toZonedDateTimeISO(zone).toPlainTime();
  return instantOf(shifted, time, zone) + (by.direction === 'before' ? -milliseconds : milliseconds);
}
