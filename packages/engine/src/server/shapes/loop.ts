import { z } from '@hono/zod-openapi';
import { loopSchema } from '../../loop/loop.ts';
import { instant } from './instant.ts';
import { loopStates } from './life.ts';
import { problemShape } from './problem.ts';

/** The loop document itself, as the loop room declares it. */
export const loopShape = z.object(loopSchema.shape).openapi('Loop');

export const loopSummaryShape = z
  .object({
    id: z.string(),
    name: z.string(),
    revision: z.int(),
    updatedAt: instant,
    state: z.enum(loopStates),
    published: z.object({ version: z.int(), publishedAt: instant }).nullable(),
    counts: z.object({ entered: z.int(), waiting: z.int(), parked: z.int(), ended: z.int() }),
  })
  .openapi('LoopSummary');
export type LoopSummary = z.output<typeof loopSummaryShape>;

export const loopDetailShape = z
  .object({
    id: z.string(),
    name: z.string(),
    revision: z.int(),
    document: loopShape,
    problems: z.array(problemShape),
    published: z
      .object({ version: z.int(), publishedAt: instant, document: loopShape, sameAsDraft: z.boolean() })
      .nullable(),
  })
  .openapi('LoopDetail');
export type LoopDetail = z.output<typeof loopDetailShape>;

export const countsShape = z
  .object({
    loop: z.string(),
    version: z.int().openapi({ description: '0 when the loop has never been published' }),
    at: instant,
    turns: z.int(),
    nodes: z.array(
      z.object({
        id: z.string(),
        type: z.string(),
        entered: z.int(),
        ports: z.record(z.string(), z.int()),
        waiting: z.int(),
        parked: z.int(),
      }),
    ),
    messages: z.object({ sent: z.int(), failed: z.int(), unknown: z.int(), suppressed: z.int() }),
  })
  .openapi('Counts', { description: 'For every node: entered = the sum over its ports + waiting + parked.' });
export type Counts = z.output<typeof countsShape>;

export const nodeReportShape = z
  .object({
    node: z.string(),
    type: z.string(),
    label: z.string(),
    turn: z.int(),
    at: instant,
    figures: z.record(z.string(), z.unknown()),
  })
  .openapi('Report');
export type NodeReport = z.output<typeof nodeReportShape>;

export const learningShape = z
  .object({
    node: z.string(),
    fromTurn: z.int(),
    path: z.array(z.union([z.string(), z.number()])).openapi({ description: "into the node's settings" }),
    value: z.unknown(),
    why: z.string(),
    at: instant,
  })
  .openapi('Learning');
export type Learning = z.output<typeof learningShape>;

export const parkedShape = z
  .object({ customer: z.int(), node: z.string(), at: instant, error: z.string() })
  .openapi('Parked');
export type Parked = z.output<typeof parkedShape>;
