import { z } from 'zod';
import { parseDuration } from '../rule/duration.ts';
import { ruleGroupSchema } from '../rule/rule.ts';

/*
 * Settings that the editor has a control of its own for. Each is an ordinary zod schema whose JSON Schema carries a
 * `format`; a client that does not know the format still shows a text field.
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

/** A rule over traits, events, consents and segments. */
export const ruleField = () => ruleGroupSchema.meta({ format: 'rule' });

/** A Liquid template with the customer's traits as `customer`. */
export const templateField = () => z.string().meta({ format: 'liquid' });

/** A longer Liquid template, on several lines. */
export const textTemplateField = () => z.string().meta({ format: 'liquid-text' });

/** The name of an event type. */
export const eventField = () => z.string().min(1).meta({ format: 'event-type' });

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
