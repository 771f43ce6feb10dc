import { z } from 'zod';
import { parseDuration } from '../rule/duration.ts';

const channel = z
  .string()
  .min(1)
  .max(100)
  .default('*')
  .describe('A channel as consents name it, or * for all together.');
const timeOfDay = (example: string) =>
  z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, `expected a time of day, as ${example}`);
const duration = z
  .string()
  .max(50)
  .superRefine((text, context) => {
    try {
      parseDuration(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message });
    }
  });
const eventTypes = z.array(z.string().min(1).max(200)).max(20);

/** What holds at the moment of sending, over all loops. Nothing configured: no caps, no quiet hours, complaints count. */
export const contactPolicySchema = z.strictObject({
  /** Of these purposes are the caps, the quiet hours and the complaints. */
  marketingPurposes: z.array(z.string().min(1).max(100)).max(50).default(['marketing']),
  caps: z
    .array(
      z.strictObject({
        channel,
        per: z.enum(['day', 'week']),
        max: z.int().min(0).max(10_000),
        /** suppress: it is not sent. hold: it waits for the next local day or week. */
        beyond: z.enum(['suppress', 'hold']).default('suppress'),
      }),
    )
    .max(50)
    .default([]),
  /** Local time of the customer; over midnight when `from` is later than `to`. */
  quietHours: z
    .array(
      z.strictObject({
        channel,
        from: timeOfDay('21:00'),
        to: timeOfDay('08:00'),
        /** ISO days on which the whole day is quiet: 1 is Monday. */
        days: z.array(z.int().min(1).max(7)).max(7).default([]),
      }),
    )
    .max(20)
    .default([]),
  /** A complaint is open from an event of `opened` until one of `closed`. */
  complaints: z
    .strictObject({
      opened: eventTypes.default(['complaint']),
      closed: eventTypes.default(['complaint resolved']),
      /** One that nobody closes is taken for closed after this, as P30D. */
      atMost: duration.default('P30D'),
    })
    .nullable()
    .default({ opened: ['complaint'], closed: ['complaint resolved'], atMost: 'P30D' }),
});
export type ContactPolicy = z.output<typeof contactPolicySchema>;

/** What holds where nobody has set anything. */
export const defaultContactPolicy: ContactPolicy = contactPolicySchema.parse({});
