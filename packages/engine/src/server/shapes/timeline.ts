import { z } from '@hono/zod-openapi';
import { categories } from '../../loop/loop.ts';
import { instant } from './instant.ts';

const jsonObject = z.record(z.string(), z.unknown());

/** What a timeline can be filtered by. */
export const timelineKinds = [
  ...categories,
  'message',
  'step',
  'trait',
  'consent',
  'relationship',
  'segment',
  'merge',
] as const;

const inLoop = { loop: z.string(), loopName: z.string(), version: z.int() };
const merge = {
  kind: z.literal('merge'),
  at: instant,
  customer: z.int(),
  into: z.int(),
  why: z.string(),
  actor: z.string(),
  score: z.number().nullable(),
};
const group = {
  kind: z.literal('relationship'),
  at: instant,
  group: z.object({ kind: z.string(), key: z.string() }),
  source: z.string(),
};
const passage = {
  kind: z.literal('step'),
  at: instant,
  ...inLoop,
  node: z.string(),
  nodeName: z.string().optional(),
  outcome: z.string().nullable(),
};

export const timelineEntryShape = z
  .discriminatedUnion('what', [
    z.object({
      what: z.literal('event'),
      kind: z.enum(categories),
      at: instant,
      type: z.string(),
      properties: jsonObject,
    }),
    z.object({
      what: z.literal('message'),
      kind: z.literal('message'),
      at: instant,
      key: z.string(),
      channel: z.string(),
      status: z.string(),
      settledAt: instant.nullable(),
      loop: z.string(),
      node: z.string(),
      turn: z.int(),
      address: z.string(),
      body: jsonObject,
      detail: z.string().nullable(),
    }),
    z.object({
      what: z.literal('steps'),
      kind: z.literal('step'),
      at: instant,
      ...inLoop,
      turn: z.int(),
      steps: z.array(
        z.object({ node: z.string(), name: z.string().optional(), port: z.int(), portId: z.string().optional() }),
      ),
      until: instant.nullable(),
    }),
    z.object({ what: z.literal('entered-loop'), ...passage }),
    z.object({ what: z.literal('left-loop'), ...passage }),
    z.object({ what: z.literal('created'), kind: z.literal('trait'), at: instant }),
    z.object({
      what: z.literal('changed'),
      kind: z.literal('trait'),
      at: instant,
      source: z.string(),
      before: jsonObject,
      after: jsonObject,
    }),
    z.object({
      what: z.literal('consent'),
      kind: z.literal('consent'),
      at: instant,
      channel: z.string(),
      purpose: z.string(),
      granted: z.boolean(),
      source: z.string(),
      proof: z.string().nullable(),
      textVersion: z.string().nullable(),
    }),
    z.object({ what: z.literal('joined'), ...group }),
    z.object({ what: z.literal('parted'), ...group }),
    z.object({
      what: z.literal('entered-segment'),
      kind: z.literal('segment'),
      at: instant,
      segment: z.object({ id: z.string(), name: z.string() }),
    }),
    z.object({
      what: z.literal('listed'),
      kind: z.literal('segment'),
      at: instant,
      list: z.object({ id: z.string(), name: z.string() }),
      source: z.string(),
    }),
    z.object({ what: z.literal('merged'), ...merge }),
    z.object({ what: z.literal('unmerged'), ...merge }),
  ])
  .openapi('TimelineEntry');
export type TimelineEntry = z.output<typeof timelineEntryShape>;

export const timelineShape = z
  .object({ entries: z.array(timelineEntryShape), next: z.string().nullable() })
  .openapi('Timeline');
export type Timeline = z.output<typeof timelineShape>;
