const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const week = 7 * day;

const amount = String.raw`(\d+(?:[.,]\d+)?)`;
const shape = new RegExp(
  `^P(?=.)(?:${amount}Y)?(?:${amount}M)?(?:${amount}W)?(?:${amount}D)?(?:T(?=.)(?:${amount}H)?(?:${amount}M)?(?:${amount}S)?)?$`,
);

const calendarShape = /^P(?:(\d{1,4})Y)?(?:(\d{1,4})M)?/;

/** The longest duration taken, so that an instant less a duration stays a date that both JavaScript and SQLite can say. */
const longest = 36_500 * day;

/**
 * The milliseconds of an ISO 8601 duration of weeks, days, hours, minutes and seconds: `P90D`, `P2W`, `PT1H30M`, `P0.5D`.
 * A day is 86,400,000 ms, on the day of a clock change too. Months and years have no fixed length and are refused rather than
 * rounded to 30 and 365 days: a loop that waits "P1M" would drift against the calendar without anyone noticing.
 */
export function parseDuration(text: string): number {
  const parts = shape.exec(text);
  const got = JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
  if (!parts) throw new RangeError(`expected an ISO 8601 duration as P90D, P2W or PT1H30M, got ${got}`);
  const [years, months, ...rest] = parts.slice(1).map((part) => (part ? Number(part.replace(',', '.')) : undefined));
  if (years !== undefined || months !== undefined) {
    throw new RangeError(
      `expected a duration of fixed length, got ${got}: months and years differ in length, write days, as P30D or P365D`,
    );
  }
  const units = [week, day, hour, minute, second];
  const milliseconds = Math.round(rest.reduce<number>((sum, count, index) => sum + (count ?? 0) * units[index]!, 0));
  if (milliseconds > longest) throw new RangeError(`expected a duration of at most P36500D, got ${got}`);
  return milliseconds;
}

/** A duration of the calendar: what a month or a year is only a date can tell. Weeks are counted as days. */
export interface CalendarDuration {
  years: number;
  months: number;
  days: number;
  /** Hours, minutes, seconds, and the part of a day in `P0.5D`. */
  milliseconds: number;
  /** Whether it names hours, minutes, seconds or parts of a day, if only none of them, as PT0S. */
  timed: boolean;
}

/** As `parseDuration`, with whole months and years too: `P1M`, `P1Y6M`, `P1MT12H`. */
export function parseCalendarDuration(text: string): CalendarDuration {
  const [all = '', years = '0', months = '0'] = calendarShape.exec(text) ?? [];
  // Without them it must be a duration by itself, or nothing at all.
  const rest = `P${text.slice(all.length)}`;
  const fixed = rest === 'P' && all !== 'P' && all !== '' ? 0 : parseDuration(all === '' ? text : rest);
  if (Number(years) > 100 || Number(months) > 1200)
    throw new RangeError(`expected a duration of at most 100 years, got ${JSON.stringify(text.slice(0, 40))}`);
  const days = Math.floor(fixed / day);
  const milliseconds = fixed % day;
  return {
    years: Number(years),
    months: Number(months),
    days,
    milliseconds,
    timed: milliseconds > 0 || text.includes('T'),
  };
}

/** The shortest ISO 8601 text of so many milliseconds, which `parseDuration` reads back: `P1DT6H`, `PT0.25S`, `PT0S`. */
export function formatDuration(milliseconds: number): string {
  if (!Number.isSafeInteger(milliseconds) || milliseconds < 0) {
    throw new RangeError(`expected whole milliseconds, zero or more, got ${milliseconds}`);
  }
  if (milliseconds > 0 && milliseconds % week === 0) return `P${milliseconds / week}W`;
  const [days, hours, minutes, seconds] = split(milliseconds);
  const date = days ? `${days}D` : '';
  const time = `${hours ? `${hours}H` : ''}${minutes ? `${minutes}M` : ''}${seconds ? `${seconds}S` : ''}`;
  return date || time ? `P${date}${time && `T${time}`}` : 'PT0S';
}

/** So many milliseconds in words: `90 days`, `1 day 6 hours`, `0 seconds`. */
export function describeDuration(milliseconds: number): string {
  const names = ['day', 'hour', 'minute', 'second'];
  const said = split(milliseconds).flatMap((count, index) =>
    count ? [`${count} ${names[index]}${count === 1 ? '' : 's'}`] : [],
  );
  return said.join(' ') || '0 seconds';
}

function split(milliseconds: number): [number, number, number, number] {
  return [
    Math.floor(milliseconds / day),
    Math.floor((milliseconds % day) / hour),
    Math.floor((milliseconds % hour) / minute),
    (milliseconds % minute) / second,
  ];
}
