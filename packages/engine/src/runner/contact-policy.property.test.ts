import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ContactPolicy } from '../plugin/contact-policy.ts';
import { contactPolicySchema } from '../plugin/contact-policy.ts';
import type { Candidate, ContactFacts, PastContact } from './contact-policy.ts';
import { decide } from './contact-policy.ts';

const hour = 3_600_000;
const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/St_Johns',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Africa/Cairo',
  'America/Santiago',
];

/** The wall clock at an instant by the platform's own calendar, which the code under test does not use. */
const clocks = new Map(
  zones.map((zone) => [
    zone,
    new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      hourCycle: 'h23',
      weekday: 'short',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
    }),
  ]),
);
const names = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
function wall(at: number, zone: string) {
  const parts = Object.fromEntries(
    (clocks.get(zone) as Intl.DateTimeFormat).formatToParts(at).map(({ type, value }) => [type, value]),
  );
  return {
    date: `${parts.year}-${parts.month}-${parts.day}`,
    weekday: names.indexOf(parts.weekday as string) + 1,
    time: `${parts.hour}:${parts.minute}`,
  };
}
/** The Monday of a date, as a date. */
const weekOf = (date: string, weekday: number) =>
  new Date(Date.parse(date) - (weekday - 1) * 24 * hour).toISOString().slice(0, 10);

/** No clock is changed in this zone within a day and a half of the instant: there the wall clock says all. */
const isCalm = (at: number, zone: string) => {
  const offset = (instant: number) => {
    const { date, time } = wall(instant, zone);
    return Date.parse(`${date}T${time}Z`) - Math.floor(instant / 60_000) * 60_000;
  };
  return [-36, -24, -12, 12, 24, 36].every((hours) => offset(at + hours * hour) === offset(at));
};

function isQuiet(policy: ContactPolicy, channel: string, at: number, zone: string): boolean {
  const { time, weekday } = wall(at, zone);
  return policy.quietHours.some(({ channel: of, from, to, days }) => {
    if (of !== '*' && of !== channel) return false;
    if (days.includes(weekday)) return true;
    return from < to ? time >= from && time < to : from > to && (time >= from || time < to);
  });
}

const timeOfDay = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom(0, 15, 30, 45))
  .map(([h, m]) => `${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`);
const channel = fc.constantFrom('email', 'sms');
const pattern = fc.constantFrom('email', 'sms', '*');
const policies = fc
  .record({
    caps: fc.array(
      fc.record({
        channel: pattern,
        per: fc.constantFrom('day', 'week'),
        max: fc.integer({ min: 0, max: 4 }),
        beyond: fc.constantFrom('suppress', 'hold'),
      }),
      { maxLength: 3 },
    ),
    quietHours: fc.array(
      fc.record({
        channel: pattern,
        from: timeOfDay,
        to: timeOfDay,
        days: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { maxLength: 2 }),
      }),
      { maxLength: 2 },
    ),
  })
  .map((policy) => contactPolicySchema.parse(policy));
const instants = fc.integer({ min: Date.UTC(2025, 0, 1), max: Date.UTC(2027, 11, 31) });
const contact = fc.record({ channel, purpose: fc.constantFrom('marketing', 'service') });

test('caps and quiet hours are those of a model that looks at the wall clock minute by minute', () => {
  fc.assert(
    fc.property(
      policies,
      instants,
      fc.constantFrom(...zones),
      fc.array(fc.record({ contact, due: fc.nat(9), priority: fc.nat(2) }), { minLength: 1, maxLength: 5 }),
      fc.array(fc.record({ contact, ago: fc.integer({ min: 0, max: 9 * 24 * 60 }) }), { maxLength: 8 }),
      (policy, now, zone, queued, sent) => {
        const past: PastContact[] = sent.map(({ contact: { channel, purpose }, ago }) => ({
          channel,
          purpose,
          at: ago === 0 ? undefined : now - ago * 60_000,
        }));
        const candidates: Candidate[] = queued.map(({ contact, due, priority }, i) => ({
          customer: 1,
          n: 1,
          step: i,
          due: now - due,
          priority,
          contact: { ...contact, consent: 'notNeeded' },
          address: '',
          quiet: false,
        }));
        const facts: ContactFacts = {
          consent: () => undefined,
          suppression: () => undefined,
          hasComplaint: () => false,
          past: () => past,
          zone: () => zone,
        };
        const verdicts = decide(policy, candidates, facts, now);
        const today = wall(now, zone);
        const calm = isCalm(now, zone);

        const went: { channel: string }[] = [];
        for (const { message, ...verdict } of verdicts) {
          const { channel, purpose } = message.contact as { channel: string; purpose: string };
          if (purpose !== 'marketing') {
            expect(verdict.verdict).toBe('send');
            continue;
          }
          const quiet = isQuiet(policy, channel, now, zone);
          if (calm && (verdict.verdict === 'hold' || verdict.verdict === 'suppress'))
            expect(verdict.reason === 'quiet').toBe(quiet);
          if (calm && verdict.verdict === 'send') expect(quiet).toBe(false);
          if (verdict.verdict === 'hold' && verdict.reason === 'quiet') {
            expect(verdict.due).toBeGreaterThan(now);
            if (calm && isCalm(verdict.due, zone)) {
              expect(isQuiet(policy, channel, verdict.due, zone)).toBe(false);
              for (let at = now; at < verdict.due; at += 15 * 60_000)
                if (isCalm(at, zone)) expect(isQuiet(policy, channel, at, zone)).toBe(true);
            }
          }
          if (verdict.verdict === 'send' || ('reason' in verdict && verdict.reason === 'cap')) {
            const full = policy.caps.filter((cap) => {
              const counts = (of: string) => cap.channel === '*' || cap.channel === of;
              if (!counts(channel)) return false;
              const before = past.filter((each) => {
                if (!counts(each.channel) || each.purpose !== 'marketing') return false;
                if (each.at === undefined) return true;
                const then = wall(each.at, zone);
                return cap.per === 'day'
                  ? then.date === today.date
                  : weekOf(then.date, then.weekday) === weekOf(today.date, today.weekday);
              });
              return before.length + went.filter((each) => counts(each.channel)).length >= cap.max;
            });
            expect(verdict.verdict === 'send').toBe(full.length === 0);
            if (verdict.verdict === 'suppress')
              expect(full.some(({ beyond, max }) => beyond === 'suppress' || max === 0)).toBe(true);
            if (verdict.verdict === 'hold') {
              const opens = wall(verdict.due, zone);
              const isWeek = full.some(({ per }) => per === 'week');
              expect(opens.date > today.date).toBe(true);
              expect(wall(verdict.due - 60_000, zone).date < opens.date).toBe(true);
              if (isWeek) expect(opens.weekday).toBe(1);
            }
          }
          if (verdict.verdict === 'send') went.push({ channel });
        }
        // Higher priority first, then what has been due for longest.
        const order = verdicts.map(({ message }) => message);
        for (const [i, message] of order.entries()) {
          const next = order[i + 1];
          if (next)
            expect(
              message.priority > next.priority || (message.priority === next.priority && message.due <= next.due),
            ).toBe(true);
        }
      },
    ),
    { numRuns: 400 },
  );
});

test('on the nights when clocks are changed quiet hours end once, at their hour or at the first minute after the gap', () => {
  const policy = contactPolicySchema.parse({ quietHours: [{ from: '21:00', to: '02:30' }] });
  const held = (zone: string, at: string) => {
    const contact = { channel: 'email', purpose: 'marketing', consent: 'notNeeded' } as const;
    const one: Candidate = { customer: 1, n: 1, step: 1, due: 0, priority: 0, contact, address: '', quiet: false };
    const facts: ContactFacts = {
      consent: () => undefined,
      suppression: () => undefined,
      hasComplaint: () => false,
      past: () => [],
      zone: () => zone,
    };
    const [verdict] = decide(policy, [one], facts, Date.parse(at));
    return verdict?.verdict === 'hold' ? new Date(verdict.due).toISOString() : verdict?.verdict;
  };
  // Berlin goes from 02:00 to 03:00: half past two does not exist.
  expect(held('Europe/Berlin', '2026-03-29T00:15:00Z')).toBe('2026-03-29T01:00:00.000Z');
  // And back from 03:00 to 02:00: half past two comes twice, and once is enough.
  expect(held('Europe/Berlin', '2026-10-25T00:15:00Z')).toBe('2026-10-25T00:30:00.000Z');
  expect(held('Europe/Berlin', '2026-10-25T01:15:00Z')).toBe('send');
});
