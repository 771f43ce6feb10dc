import { z } from 'zod';
import { parseCalendarDuration, parseDuration } from '../rule/duration.ts';
import { ruleGroupSchema } from '../rule/rule.ts';
import { isZone, weekdays } from './calendar.ts';

/*
 * Settings that the editor has a control of its own for. Each is an ordinary zod schema whose JSON Schema carries a
 * `format`; a client that does not know the format still shows a text field. A form goes by two more words of `.meta()`:
 * `onlyWith: { again: ['after'] }` for a setting that means something only while the one beside it has one of these values,
 * and `unset: 'once'` for what it means that one that may be left out is.
 */

/** An ISO 8601 duration in weeks, days, hours, minutes and seconds, as `P14D`, and longer than nothing: a wait of none is no wait. */
export const durationField = () =>
  z
    .string()
    .superRefine((text, context) => {
      try {
        if (parseDuration(text) <= 0)
          context.addIssue({ code: 'custom', message: `expected a duration longer than 0, got ${text}` });
      } catch (error) {
        context.addIssue({ code: 'custom', message: (error as RangeError).message });
      }
    })
    .meta({ format: 'duration' });

/** An ISO 8601 duration that may have months and years too, as `P1M`; with `orNone` also none, as `P0D`. */
export const calendarDurationField = ({ orNone = false } = {}) =>
  z
    .string()
    .superRefine((text, context) => {
      try {
        const { years, months, days, milliseconds } = parseCalendarDuration(text);
        if (!orNone && years + months + days + milliseconds === 0)
          context.addIssue({ code: 'custom', message: `expected a duration longer than 0, got ${text}` });
      } catch (error) {
        context.addIssue({ code: 'custom', message: (error as RangeError).message });
      }
    })
    .meta({ format: orNone ? 'calendar-duration-or-none' : 'calendar-duration' });

/** A local time of day, as `09:00`. */
export const timeField = () =>
  z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time of day from 00:00 to 23:59, as 09:00')
    .meta({ format: 'time-of-day' });

/** Days of the week, at least one. */
export const weekdaysField = () => z.array(z.enum(weekdays)).min(1).meta({ uniqueItems: true, format: 'weekdays' });

/** The IANA name of a time zone, as `Europe/Berlin`. */
export const zoneField = () =>
  z
    .string()
    .refine(isZone, { error: ({ input }) => `expected the name of a time zone, as Europe/Berlin, got ${input}` })
    .meta({ format: 'time-zone' });

/** One of a few values, each with the words in which a form offers it: `{ never: 'never', after: 'after some time' }`. */
export const choiceField = <const Titles extends Record<string, string>>(titles: Titles) =>
  z.enum(Object.keys(titles) as (keyof Titles & string)[]).meta({ titles });

/** A rule over traits, events, consents and segments. */
export const ruleField = () => ruleGroupSchema.meta({ format: 'rule' });

/** A Liquid template with the customer's traits as `customer`. */
export const templateField = () => z.string().meta({ format: 'liquid' });

/** A longer Liquid template, on several lines. */
export const textTemplateField = () => z.string().meta({ format: 'liquid-text' });

/** The name of an event type. */
export const eventField = () => z.string().min(1).meta({ format: 'event-type' });

/** The name of a property of events. */
export const propertyField = () => z.string().min(1).max(200).meta({ format: 'event-property' });

/** The name of a trait. */
export const traitField = () => z.string().min(1).meta({ format: 'trait' });

/** The id of a named segment. */
export const segmentField = () => z.string().min(1).max(200).meta({ format: 'segment-id' });

/** The id of another node of the same loop. */
export const nodeField = () => z.string().min(1).meta({ format: 'node-id' });

/** The name of a port: what a business user calls this way out. */
export const portField = () =>
  z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9 _-]{0,59}$/, 'expected a name that begins with a letter, as "at risk"')
    .meta({ format: 'port' });
