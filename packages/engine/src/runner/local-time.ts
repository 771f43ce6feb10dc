import { Temporal } from 'temporal-polyfill';
import { nextInWindow, nextTimeOfDay, weekdays } from '../plugin/calendar.ts';
import type { ContactPolicy } from '../plugin/contact-policy.ts';

type QuietHours = ContactPolicy['quietHours'];

/** The local day and week that an instant falls into: when they began, and when the next ones begin. Weeks begin on Monday. */
export interface LocalDays {
  day: { from: number; to: number };
  week: { from: number; to: number };
}

export function localDays(now: number, zone: string): LocalDays {
  const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zone).startOfDay();
  const monday = today.subtract({ days: today.dayOfWeek - 1 }).startOfDay();
  return {
    day: { from: today.epochMilliseconds, to: nextTimeOfDay(now, '00:00', zone) },
    week: { from: monday.epochMilliseconds, to: nextTimeOfDay(now, '00:00', zone, ['monday']) },
  };
}

const longest = 15 * 86_400_000;

/**
 * The first instant from `now` on that is in no quiet time; `now` itself where it is in none. Undefined where the policy
 * leaves no time at all. Quiet from nine to eight is open from eight to nine, on every night of a clock change too.
 */
export function quietUntil(rules: QuietHours, now: number, zone: string): number | undefined {
  let at = now;
  for (;;) {
    let open = at;
    for (const { from, to, days } of rules) {
      if (from !== to) open = nextInWindow(open, { from: to, to: from }, zone);
      const left = weekdays.filter((_, i) => !days.includes(i + 1));
      if (left.length === 0) return undefined;
      if (days.length > 0) open = nextInWindow(open, { days: left, from: '00:00', to: '00:00' }, zone);
    }
    if (open === at) return at;
    if (open - now > longest) return undefined;
    at = open;
  }
}
