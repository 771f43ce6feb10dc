import { z } from '@hono/zod-openapi';
import { categories } from '../../loop/loop.ts';
import { instant } from './instant.ts';

const jsonObject = z.record(z.string(), z.unknown());

export const customerRowShape = z
  .object({
    id: z.int(),
    name: z.string().nullable(),
    email: z.string().nullable(),
    phone: z.string().nullable(),
    traits: jsonObject,
    updatedAt: instant,
  })
  .openapi('CustomerRow');
export type CustomerRow = z.output<typeof customerRowShape>;

export const customerPageShape = z
  .object({ customers: z.array(customerRowShape), next: z.string().nullable(), total: z.int() })
  .openapi('CustomerPage');
export type CustomerPage = z.output<typeof customerPageShape>;

const eventsShape = z.object({
  total: z.int(),
  latest: z.array(z.object({ type: z.string(), time: instant, properties: jsonObject })),
});

const stepShape = z.object({
  at: instant,
  turn: z.int(),
  node: z.string(),
  port: z.int().openapi({
    description: "the port's place in the node's list; -1 began to wait, -2 was parked, -3 was merged away",
  }),
  /** What the port is called, where the version's nodes are still installed. */
  portId: z.string().optional(),
  until: instant.nullable(),
});

/** The one view of a customer, as the customers room gives it. */
export const customerViewShape = z
  .object({
    id: z.int().openapi({ description: 'not the id that was asked for when that customer has been merged away' }),
    createdAt: instant,
    updatedAt: instant,
    traits: jsonObject,
    identities: z.array(z.object({ kind: z.string(), value: z.string() })),
    consents: z.array(
      z.object({
        channel: z.string(),
        purpose: z.string(),
        granted: z.boolean(),
        source: z.string(),
        proof: z.string().optional(),
        at: instant,
      }),
    ),
    events: z.object({
      basic: eventsShape,
      order: eventsShape,
      payment: eventsShape,
      service: eventsShape,
      contact: eventsShape,
      analysis: eventsShape,
    }),
    enrollments: z.array(
      z.object({
        customer: z.int(),
        n: z.int(),
        loop: z.string(),
        loopName: z.string(),
        version: z.int(),
        enteredAt: instant,
        endedAt: instant.nullable(),
        outcome: z
          .enum(['goal', 'exit', 'cancelled', 'merged'])
          .nullable()
          .openapi({ description: 'why it ended, where it did not come to an end of the drawing' }),
        entry: z.string().openapi({ description: 'the node where it entered' }),
        parked: z.string().nullable().openapi({ description: 'why it has been set aside' }),
        steps: z.array(stepShape),
      }),
    ),
    messages: z.array(
      z.object({
        customer: z.int(),
        loop: z.string(),
        node: z.string(),
        turn: z.int(),
        status: z.string(),
        createdAt: instant,
        settledAt: instant.nullable(),
        address: z.string(),
        body: jsonObject,
        cost: z.int(),
        detail: z.string().nullable(),
      }),
    ),
    history: z.array(z.object({ customer: z.int(), at: instant, source: z.string(), before: jsonObject })),
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
