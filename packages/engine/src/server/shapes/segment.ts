import { z } from '@hono/zod-openapi';
import { ruleGroupSchema } from '../../rule/rule.ts';
import { customerRowShape } from './customer.ts';
import { instant } from './instant.ts';

/** Segments are named in rules, as `$segment.at-risk`, and in happenings. */
export const segmentId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'expected lower-case letters, digits and hyphens, as at-risk');

/** Wrapped, because a schema that was made before zod learnt of OpenAPI cannot be described itself. */
const rule = z
  .lazy(() => ruleGroupSchema)
  .openapi({
    type: 'object',
    description: 'A rule group over traits, events, relationships, consents, lists and segments',
  });

export const segmentShape = z
  .object({
    id: z.string(),
    name: z.string(),
    rule: z.record(z.string(), z.unknown()),
    updatedAt: instant,
    /** How many customers are in it now; null while its membership is being filled for the first time. */
    count: z.int().nullable(),
    /** The typology that made it, by id. */
    typology: z.string().nullable(),
    /** Who uses it: published and drafted loops, and other segments. */
    uses: z.object({
      loops: z.array(z.object({ id: z.string(), name: z.string(), published: z.boolean() })),
      segments: z.array(z.object({ id: z.string(), name: z.string() })),
    }),
  })
  .openapi('Segment');
export type Segment = z.output<typeof segmentShape>;

/** A rule that is being written: whom it selects now. `seconds` is how long it took to find out. */
export const segmentPreviewShape = z
  .object({ count: z.int(), total: z.int(), sample: z.array(customerRowShape).max(10), seconds: z.number() })
  .openapi('SegmentPreview');
export type SegmentPreview = z.output<typeof segmentPreviewShape>;

/** How two segments lie to each other, in customers. */
export const segmentOverlapShape = z
  .object({ id: z.string(), name: z.string(), own: z.int(), other: z.int(), both: z.int() })
  .openapi('SegmentOverlap');
export type SegmentOverlap = z.output<typeof segmentOverlapShape>;

export const segmentMembersShape = z
  .object({
    members: z.array(customerRowShape.extend({ since: instant })),
    next: z.string().nullable(),
  })
  .openapi('SegmentMembers');
export type SegmentMembers = z.output<typeof segmentMembersShape>;

/** Customers whom somebody has named one by one; rules ask for them as `$list.<id>`. */
export const listShape = z
  .object({ id: z.string(), name: z.string(), count: z.int(), createdAt: instant, updatedAt: instant })
  .openapi('StaticList');
export type StaticList = z.output<typeof listShape>;

/** What became of the keys that were given: how many were put on the list (or taken off it), were there already, and are nobody's. */
export const listChangeShape = z
  .object({ changed: z.int(), unchanged: z.int(), unknown: z.array(z.string()) })
  .openapi('ListChange');
export type ListChange = z.output<typeof listChangeShape>;

export const saveSegmentShape = z
  .strictObject({ name: z.string().trim().min(1).max(200), rule })
  .openapi('SaveSegment');

/** A rule on its way. `id`: the segment that it would become. */
export const previewSegmentShape = z.strictObject({ rule, id: segmentId.optional() }).openapi('PreviewSegment');

export const saveListShape = z.strictObject({ name: z.string().trim().min(1).max(200) }).openapi('SaveStaticList');

/** Keys of customers: `#12` by id, `email:ada@example.com` by an identity, or a value of any kind of identity. */
export const listKeysShape = z
  .strictObject({ keys: z.array(z.string().trim().min(1).max(600)).min(1).max(10_000) })
  .openapi('ListKeys');
