import { z } from '@hono/zod-openapi';
import { categories } from '../../loop/loop.ts';
import { attributeTypes } from '../../plugin/attribute-type.ts';
import { instant } from './instant.ts';

const type = z.enum(attributeTypes);
const category = z.enum(categories);
const text = z.string().max(1000);
const share = z.number().min(0).max(1).nullable();

/** A trait, or a property of an event type. */
export const attributeShape = z
  .object({
    name: z.string(),
    type,
    declared: z
      .boolean()
      .openapi({ description: 'whether somebody has said its type; else it is inferred from what came' }),
    category,
    label: z.string().nullable(),
    description: z.string().nullable(),
    pii: z.boolean(),
    indexed: z.boolean(),
    seenAt: instant.nullable(),
    came: z.array(type).openapi({ description: 'the types of the values that have come' }),
    kinds: z.partialRecord(type, z.int()).openapi({ description: 'of a sample, how many values are of each type' }),
    share: share.openapi({ description: 'of a sample, how many have it' }),
    values: z.array(z.string()).optional(),
    misfits: z.int(),
  })
  .openapi('Attribute');
export type Attribute = z.output<typeof attributeShape>;

export const eventTypeShape = z
  .object({
    type: z.string(),
    declared: z.boolean(),
    category,
    label: z.string().nullable(),
    description: z.string().nullable(),
    seenAt: instant.nullable(),
    share: share.openapi({ description: 'its share of the latest events' }),
    properties: z.array(attributeShape),
    misfits: z.int().openapi({ description: 'whole events that are kept aside' }),
  })
  .openapi('EventType');
export type EventType = z.output<typeof eventTypeShape>;

export const schemaShape = z
  .object({
    closed: z.boolean().openapi({ description: 'whether what the schema does not have is kept aside' }),
    sampled: z.object({ customers: z.int(), events: z.int() }),
    traits: z.array(attributeShape),
    events: z.array(eventTypeShape),
  })
  .openapi('CustomerSchema');
export type CustomerSchema = z.output<typeof schemaShape>;

/** What is left out stays as it is. */
export const declareAttributeShape = z
  .strictObject({
    type: type.nullable().optional().openapi({ description: 'null: as inferred from what comes' }),
    category: category.optional(),
    label: text.nullable().optional(),
    description: text.nullable().optional(),
    pii: z.boolean().optional(),
    indexed: z.boolean().optional(),
  })
  .openapi('DeclareAttribute');
export type DeclareAttribute = z.output<typeof declareAttributeShape>;

export const declareEventShape = z
  .strictObject({
    category: category.optional(),
    label: text.nullable().optional(),
    description: text.nullable().optional(),
  })
  .openapi('DeclareEvent');
export type DeclareEvent = z.output<typeof declareEventShape>;

export const closeSchemaShape = z.strictObject({ closed: z.boolean() }).openapi('CloseSchema');

/** A trait (without `event`), a property, or with an empty name the events of a type that a closed schema does not have. */
export const misfitFieldShape = z
  .strictObject({ event: z.string().max(1000).default(''), name: z.string().max(1000) })
  .openapi('MisfitField');
export type MisfitField = z.output<typeof misfitFieldShape>;

export const misfitsShape = z
  .object({
    event: z.string(),
    name: z.string(),
    count: z.int(),
    samples: z.array(
      z.object({
        customer: z.int(),
        at: instant,
        value: z.unknown(),
        source: z.string(),
        hidden: z.boolean().openapi({ description: 'whether the value is one that the caller may not see' }),
      }),
    ),
  })
  .openapi('Misfits');
export type Misfits = z.output<typeof misfitsShape>;

export const takenInShape = z
  .object({
    taken: z.int(),
    outdated: z.int().openapi({ description: 'left, because a newer value has come, or the event is gone' }),
    unfit: z.int().openapi({ description: 'left, because they do not fit still' }),
  })
  .openapi('TakenIn');
export type TakenIn = z.output<typeof takenInShape>;

export const discardedShape = z.object({ discarded: z.int() }).openapi('DiscardedMisfits');
