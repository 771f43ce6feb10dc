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
  types: z.array(
    z.object({
      type: z.string(),
      category: z.enum(categories),
      count: z.int(),
      first: instant,
      last: instant,
      sum: z
        .object({ property: z.string(), currency: z.string().nullable(), value: z.number(), of: z.int() })
        .optional()
        .openapi({ description: 'what the amounts of the latest come to; `of` says of how many' }),
    }),
  ),
});

const consentShape = z.object({
  channel: z.string(),
  purpose: z.string(),
  at: instant,
  granted: z.boolean(),
  source: z.string(),
  proof: z.string().nullable(),
  textVersion: z.string().nullable(),
  text: z.string().nullable().openapi({ description: 'the wording that was agreed to, where its version is known' }),
});

const openItemShape = z.object({
  key: z.string().nullable(),
  type: z.string(),
  since: instant,
  due: instant.nullable(),
  late: z.boolean(),
  properties: jsonObject,
});

const groupShape = z.object({
  kind: z.string(),
  key: z.string(),
  traits: jsonObject,
  from: instant,
  to: instant.nullable(),
  source: z.string(),
  members: z.array(z.object({ id: z.int(), name: z.string().nullable(), from: instant, to: instant.nullable() })),
  others: z.int().openapi({ description: 'how many others belong to it now; the first of them are `members`' }),
});

export const callTaskShape = z
  .object({
    key: z.string(),
    loop: z.string(),
    loopName: z.string(),
    node: z.string(),
    list: z.string(),
    phone: z.string(),
    name: z.string().nullable(),
    script: z.string(),
    priority: z.string(),
    due: z.string().nullable(),
    createdAt: instant,
    left: z.boolean().openapi({ description: 'the customer has left the loop meanwhile' }),
    attempts: z.array(z.object({ at: instant, outcome: z.string(), note: z.string().nullable() })),
  })
  .openapi('CallTask');

const mergeShape = z.object({
  customer: z.int(),
  into: z.int(),
  at: instant,
  why: z.string(),
  actor: z.string(),
  score: z.number().nullable(),
  undoneAt: instant.nullable(),
});

const stepShape = z.object({
  at: instant,
  turn: z.int(),
  node: z.string(),
  /** What the node is called. */
  name: z.string().optional(),
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
    attributes: z.record(
      z.string(),
      z.object({ category: z.enum(categories), label: z.string().nullable(), pii: z.boolean() }),
    ),
    consents: z.array(consentShape).openapi({ description: 'what stands, one for each channel and purpose' }),
    consentHistory: z.array(consentShape).openapi({ description: 'every answer, the latest first' }),
    events: z.object({
      basic: eventsShape,
      order: eventsShape,
      payment: eventsShape,
      service: eventsShape,
      contact: eventsShape,
      analysis: eventsShape,
    }),
    open: z.object({ payment: z.array(openItemShape), service: z.array(openItemShape) }),
    segments: z.array(z.object({ id: z.string(), name: z.string(), since: instant, typology: z.string().nullable() })),
    lists: z.array(z.object({ id: z.string(), name: z.string(), addedAt: instant, source: z.string() })),
    groups: z.array(groupShape),
    tasks: z.array(callTaskShape),
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
    messageCounts: z.record(z.string(), z.int()),
    history: z.array(
      z.object({ customer: z.int(), at: instant, source: z.string(), before: jsonObject, after: jsonObject }),
    ),
    merges: z.array(mergeShape),
    hidden: z.boolean().openapi({ description: 'whether the caller’s role does not see all of it' }),
  })
  .openapi('CustomerView');
export type CustomerView = z.output<typeof customerViewShape>;

/** A trait or a property, as a rule can ask about it. */
const fieldShape = z.object({
  name: z.string(),
  type: z.enum(['string', 'number', 'boolean', 'instant', 'mixed']),
  label: z.string().optional(),
  category: z.enum(categories),
  pii: z.boolean(),
  values: z.array(z.string()).optional().openapi({ description: 'all of them in a sample, where they are few' }),
});

export const fieldsShape = z
  .object({
    traits: z.array(fieldShape),
    events: z.array(
      z.object({
        type: z.string(),
        label: z.string().optional(),
        category: z.enum(categories),
        properties: z.array(z.string()),
        fields: z.array(fieldShape),
      }),
    ),
    groups: z.array(z.object({ kind: z.string(), traits: z.array(z.string()) })),
  })
  .openapi('Fields');
export type Fields = z.output<typeof fieldsShape>;
