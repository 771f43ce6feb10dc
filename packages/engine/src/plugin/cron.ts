import { Cron } from 'croner';
import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';
import { isZone } from './calendar.ts';

/** A cron expression that cannot be used: what was expected and what came. */
export class CronError extends Error {
  override name = 'CronError';
}

/** When a cron expression comes due in a time zone. */
export interface Schedule {
  /** The first instant after another, in epoch milliseconds; undefined when there is none. */
  next(after: number): number | undefined;
  /** The latest instant after `after` that is not later than `until`. */
  latest(after: number, until: number): number | undefined;
}

/**
 * Reads a cron expression of five parts: minute, hour, day of the month, month, day of the week. On the nights when clocks
 * change, what lies in the hour that is left out comes due as it ends, and what lies in the hour that comes twice comes due
 * the first time only, unless the expression says every hour: then it comes due in every hour that passes.
 */
export function parseCron(expression: string, zone: string): Schedule {
  const noZone = whyNoZone(zone);
  if (noZone !== undefined) throw new CronError(noZone);
  const given = JSON.stringify(expression);
  if (expression.trim().split(/\s+/).length !== 5)
    throw new CronError(
      `expected five parts (minute, hour, day of the month, month, day of the week), as "0 8 * * 1", got ${given}`,
    );
  let cron: Cron;
  try {
    cron = new Cron(expression.trim(), { timezone: zone, paused: true });
  } catch (error) {
    const why = (error instanceof Error ? error.message : String(error)).replace(/^CronPattern: /, '');
    throw new CronError(`expected a cron expression, as "0 8 * * 1", got ${given}: ${why}`, { cause: error });
  }
  const everyHour = /^\*(\/0*1)?$/.test(expression.trim().split(/\s+/)[1] as string);
  const next = (after: number): number | undefined => {
    let at = cron.nextRun(new Date(after))?.getTime();
    if (everyHour) return at;
    while (at !== undefined && isSecondTime(at, zone)) at = cron.nextRun(new Date(at))?.getTime();
    return at;
  };
  return { next, latest: (after, until) => latest(next, after, until) };
}

/** Looks back a minute, two, four, … until something came due in that time: what came due last is in its later half. */
function latest(next: (after: number) => number | undefined, after: number, until: number): number | undefined {
  for (let span = 60_000; ; span *= 2) {
    const from = Math.max(after, until - span);
    let found: number | undefined;
    for (let at = next(from); at !== undefined && at <= until; at = next(at)) found = at;
    if (found !== undefined || from === after) return found;
  }
}

/** Whether the clocks of the zone have shown this same time already, before they were set back. */
function isSecondTime(at: number, zone: string): boolean {
  const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDateTime();
  return local.toZonedDateTime(zone, { disambiguation: 'earlier' }).epochMilliseconds < at;
}

const whyNoZone = (zone: string): string | undefined =>
  isZone(zone) ? undefined : `expected a time zone, as Europe/Berlin, got ${JSON.stringify(zone)}`;

/** From here on every expression that ever comes due does. */
const someMonday = Date.UTC(2024, 0, 1);

/** A cron expression of five parts that comes due some day. */
export const cronField = () =>
  z
    .string()
    .superRefine((expression, context) => {
      const message = whyNoCron(expression);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    })
    .meta({ format: 'cron' });

function whyNoCron(expression: string): string | undefined {
  try {
    const never = parseCron(expression, 'UTC').next(someMonday) === undefined;
    return never ? `expected a cron expression that comes due some day, got ${JSON.stringify(expression)}` : undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
