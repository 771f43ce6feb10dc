import { z } from '@hono/zod-openapi';
import { parseDuration } from '../../rule/duration.ts';
import { ruleGroupSchema } from '../../rule/rule.ts';
import { instant } from './instant.ts';
import { segmentId } from './segment.ts';

const rule = z.lazy(() => ruleGroupSchema).openapi({ type: 'object', description: 'A rule group over customers' });

const within = z.string().superRefine((value, context) => {
  try {
    parseDuration(value);
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
  }
});
const name = z.string().trim().min(1).max(200);

const featureShape = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('trait'), name }),
  z.strictObject({
    kind: z.literal('events'),
    event: name,
    figure: z.enum(['count', 'sum', 'recency']),
    property: name.optional().openapi({ description: 'of `sum`' }),
    within: within.optional(),
  }),
]);
const features = z.array(featureShape).min(1).max(100);

/** How a typology divides the customers: see the customers room. */
export const typologySettingsShape = z
  .discriminatedUnion('method', [
    z.strictObject({ method: z.literal('rfm'), event: name, property: name.optional(), within: within.optional() }),
    z.strictObject({ method: z.literal('kmeans'), features, groups: z.int().min(2).max(12).optional() }),
    z.strictObject({ method: z.literal('tree'), features, target: rule, depth: z.int().min(1).max(5).optional() }),
  ])
  .openapi('TypologySettings');
export type TypologySettings = z.output<typeof typologySettingsShape>;

const groupShape = z.object({
  name: z.string(),
  rule: z.record(z.string(), z.unknown()),
  share: z.number().openapi({ description: 'of the customers that were looked at' }),
  profile: z.array(
    z.object({
      label: z.string(),
      of: z.string(),
      is: z.enum(['mean', 'share']),
      own: z.number(),
      all: z.number(),
      distance: z.number().openapi({ description: 'from all, in standard deviations' }),
    }),
  ),
  target: z.number().optional().openapi({ description: 'of a tree: for how many the rule holds, among the unseen' }),
});

export const typologyProposalShape = z
  .object({
    groups: z.array(groupShape),
    customers: z.int().openapi({ description: 'how many were looked at' }),
    fidelity: z.number().openapi({ description: 'how many of them the rules put where the method had put them' }),
    target: z.number().optional(),
    seconds: z.number(),
  })
  .openapi('TypologyProposal');
export type TypologyProposal = z.output<typeof typologyProposalShape>;

export const typologyShape = z
  .object({
    id: z.string(),
    name: z.string(),
    settings: typologySettingsShape,
    /** What was found when it was made; `segment` is the id of the group. */
    groups: z.array(groupShape.extend({ segment: z.string() })),
    fidelity: z.number(),
    customers: z.int(),
    target: z.number().optional(),
    madeAt: instant,
  })
  .openapi('Typology');
export type Typology = z.output<typeof typologyShape>;

export const saveTypologyShape = z
  .strictObject({
    name,
    settings: typologySettingsShape,
    groups: z
      .array(z.strictObject({ ...groupShape.shape, name, rule, segment: segmentId }))
      .min(1)
      .max(100),
    fidelity: z.number(),
    customers: z.int(),
    target: z.number().optional(),
  })
  .openapi('SaveTypology');
export type SaveTypology = z.output<typeof saveTypologyShape>;
