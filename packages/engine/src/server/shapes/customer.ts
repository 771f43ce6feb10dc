import { z } from '@hono/zod-openapi';
import { categories } from '../../loop/loop.ts';
import { instant } from './instant.ts';
import { messageShape } from './message.ts';

const traits = z.record(z.string(), z.unknown());

export const customerRowShape = z
  .object({
    id: z.int(),
    name: z.string().nullable(),
    email: z.string().nullable(),
    phone: z.string().nullable(),
    traits,
    updatedAt: instant,
  })
  .openapi('CustomerRow');
export type CustomerRow = z.output<typeof customerRowShape>;

export const customerPageShape = z
  .object({ customers: z.array(customerRowShape), next: z.string().nullable(), total: z.int() })
  .openapi('CustomerPage');
export type CustomerPage = z.output<typeof customerPageShape>;

const eventShape = z.object({
  type: z.string(),
  category: z.enum(categories),
  time: instant,
  properties: z.record(z.string(), z.unknown()),
});

const enrollmentShape = z.object({
  loop: z.string(),
  name: z.string(),
  version: z.int(),
  enteredAt: instant,
  /** Where the customer stands; null when the enrollment has ended. */
  node: z.string().nullable(),
  state: z.enum(['moving', 'waiting', 'parked', 'ended']),
  turn: z.int(),
  /** Until when it waits, where that is known. */
  until: instant.nullable(),
  error: z.string().nullable(),
  steps: z.array(
    z.object({
      at: instant,
      turn: z.int(),
      node: z.string(),
      label: z.string(),
      /** The way out taken; null when it began to wait, was parked or merged away here. */
      port: z.string().nullable(),
      state: z.enum(['left', 'waiting', 'parked', 'merged']),
    }),
  ),
});

export const customerViewShape = customerRowShape
  .extend({
    createdAt: instant,
    mergedInto: z.int().nullable(),
    identities: z.array(z.object({ kind: z.string(), value: z.string() })),
    events: z.object(
      Object.fromEntries(categories.map((category) => [category, z.array(eventShape)])) as Record<
        (typeof categories)[number],
        z.ZodArray<typeof eventShape>
      >,
    ),
    consents: z.array(
      z.object({
        channel: z.string(),
        purpose: z.string(),
        granted: z.boolean(),
        at: instant,
        source: z.string(),
        proof: z.string().nullable(),
      }),
    ),
    enrollments: z.array(enrollmentShape),
    messages: z.array(messageShape),
    changes: z.array(z.object({ at: instant, source: z.string(), before: traits })),
    merges: z.array(z.object({ customer: z.int(), into: z.int(), at: instant, why: z.string() })),
  })
  .openapi('CustomerView');
export type CustomerView = z.output<typeof customerViewShape>;

export const fieldsShape = z
  .object({
    traits: z.array(
      z.object({
        name: z.string(),
        type: z.enum(['string', 'number', 'boolean', 'mixed']),
        values: z.array(z.string()).optional(),
      }),
    ),
    events: z.array(z.object({ type: z.string(), category: z.enum(categories), properties: z.array(z.string()) })),
  })
  .openapi('Fields');
export type Fields = z.output<typeof fieldsShape>;
