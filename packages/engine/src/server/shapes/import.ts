import { z } from '@hono/zod-openapi';
import { problemShape } from './problem.ts';

export const importSummaryShape = z
  .object({
    rows: z.int(),
    created: z.int(),
    updated: z.int(),
    unchanged: z.int(),
    rejected: z.int(),
    rejects: z.array(z.object({ line: z.int(), reason: z.string(), text: z.string() })),
    columns: z.array(z.object({ name: z.string(), type: z.string() })),
    entered: z.int(),
  })
  .openapi('ImportSummary');
export type ImportSummary = z.output<typeof importSummaryShape>;

export const importPreviewShape = z
  .object({
    columns: z.array(z.object({ name: z.string(), type: z.string(), samples: z.array(z.unknown()) })),
    problems: z.array(problemShape),
  })
  .openapi('ImportPreview');
export type ImportPreview = z.output<typeof importPreviewShape>;
