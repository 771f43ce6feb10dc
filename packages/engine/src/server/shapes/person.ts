import { z } from '@hono/zod-openapi';

const name = z.string().trim().min(1).max(200);
const long = z.string().trim().min(1).max(2000);

/** What somebody who looks at a customer corrects or adds. A trait of null is taken away. */
export const personChangeShape = z
  .strictObject({
    traits: z.record(name, z.unknown()).optional(),
    identities: z
      .array(z.strictObject({ kind: name, value: name }))
      .max(20)
      .optional(),
    note: z.string().trim().min(1).max(10_000).optional(),
    consents: z
      .array(
        z.strictObject({
          channel: name,
          purpose: name,
          granted: z.boolean(),
          proof: long.optional(),
          textVersion: name.optional(),
        }),
      )
      .max(50)
      .optional(),
    relationships: z
      .array(z.strictObject({ kind: name, key: name, from: z.int().optional(), to: z.int().optional() }))
      .max(20)
      .optional(),
  })
  .refine((change) => Object.keys(change).length > 0, 'expected something to change')
  .openapi('PersonChange');
export type PersonChange = z.output<typeof personChangeShape>;

export const personChangedShape = z
  .object({ refused: z.array(z.string()).openapi({ description: 'what was not taken, in words' }) })
  .openapi('PersonChanged');

export const callOutcomes = ['reached', 'refused', 'wrong-number', 'not-reached', 'call-back'] as const;
export type CallOutcome = (typeof callOutcomes)[number];

export const callAnswerShape = z
  .strictObject({
    task: z.string().min(1).max(500),
    outcome: z.enum(callOutcomes).openapi({ description: 'after `not-reached` and `call-back` the call stays open' }),
    note: z.string().trim().max(10_000).optional(),
  })
  .openapi('CallAnswer');

export const personFormat = 'osicam/person@1';

/** All that is known of one person, as people and programs read it. Instants are ISO 8601. */
export const personExportShape = z
  .looseObject({ format: z.literal(personFormat) })
  .openapi('PersonExport', { description: 'laid out in docs/customers.md' });
export type PersonExport = z.output<typeof personExportShape>;

/** What an erasure takes away, or has taken away, each kind counted. */
export const erasureShape = z
  .object({ customer: z.int(), dryRun: z.boolean(), counts: z.record(z.string(), z.int()) })
  .openapi('Erasure');
export type ErasureCounts = z.output<typeof erasureShape>;
