import { z } from '@hono/zod-openapi';
import { ruleGroupSchema } from '../../rule/rule.ts';
import { instant } from './instant.ts';

/** Segments are named in rules, as `$segment.at-risk`, and in happenings. */
export const segmentId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'expected lower-case letters, digits and hyphens, as at-risk');

/** Wrapped, because a schema that was made before zod learnt of OpenAPI cannot be described itself. */
const rule = z
  .lazy(() => ruleGroupSchema)
  .openapi({ type: 'object', description: 'A rule group over traits, events and consents' });

export const segmentShape = z
  .object({
    id: z.string(),
    name: z.string(),
    rule: z.record(z.string(), z.unknown()),
    updatedAt: instant,
    /** Since when a published loop watches it, so that who comes and goes is a happening. */
    watchedAt: instant.nullable(),
  })
  .openapi('Segment');
export type Segment = z.output<typeof segmentShape>;

export const saveSegmentShape = z
  .strictObject({ name: z.string().trim().min(1).max(200), rule })
  .openapi('SaveSegment');
