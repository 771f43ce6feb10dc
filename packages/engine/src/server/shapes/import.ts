import { z } from '@hono/zod-openapi';
import { problemShape } from './problem.ts';

const rejectShape = z.object({ line: z.int(), reason: z.string(), text: z.string() });
const counts = z.record(z.string(), z.int());

export const importSummaryShape = z
  .object({
    rows: z.int(),
    created: z.int(),
    updated: z.int(),
    unchanged: z.int(),
    rejected: z.int(),
    rejects: z.array(rejectShape).openapi({ description: 'the first hundred; all of them are in the file of rejects' }),
    columns: z.array(z.object({ name: z.string(), type: z.string() })),
    events: z.int().openapi({ description: 'events that are new' }),
    knownEvents: z.int().openapi({ description: 'events that were known already, and are not stored again' }),
    consents: z.int(),
    relationships: z.int().openapi({ description: 'customers whose relationships have changed' }),
    misfits: counts.openapi({ description: 'values that did not fit the type of their column and stayed as written' }),
    aside: counts.openapi({
      description: 'values that are kept aside, because their trait is declared to be of another type',
    }),
    conflicts: z.int().openapi({ description: 'identities that stayed with the customer who had them first' }),
    entered: z.int(),
  })
  .openapi('ImportSummary');
export type ImportSummary = z.output<typeof importSummaryShape>;

const columnShape = z.object({
  name: z.string(),
  type: z.string(),
  trait: z.string().optional(),
  identity: z.string().optional(),
  becomes: z.array(z.string()).openapi({ description: 'all that becomes of it, in a few words each' }),
  missing: z.int(),
  distinct: z.int(),
  examples: z.array(z.string()),
  dates: z.array(z.string()).optional().openapi({ description: 'how its dates are written, if they are not ISO 8601' }),
});

export const importPreviewShape = z
  .object({
    format: z.string(),
    rows: z.int().openapi({ description: 'how many rows of the sample this is told from' }),
    key: z.string().optional(),
    columns: z.array(columnShape),
    records: z
      .array(z.record(z.string(), z.unknown()))
      .openapi({ description: 'the first rows as they would be imported' }),
    rejects: z.array(rejectShape),
    refused: z.int().openapi({ description: 'how many rows of the sample would be refused' }),
    misfits: counts,
    problems: z.array(problemShape),
  })
  .openapi('ImportPreview');
export type ImportPreview = z.output<typeof importPreviewShape>;

/** The settings of the node type that reads files, but for its path: its own schema checks them. */
export const importMappingShape = z.record(z.string(), z.unknown()).openapi('ImportMapping');

export const importShape = z
  .object({
    id: z.string(),
    name: z.string(),
    bytes: z.int(),
    state: z.enum(['uploaded', 'running', 'done', 'failed', 'stopped']),
    progress: z.number().openapi({ description: 'from 0 to 1' }),
    summary: importSummaryShape.optional(),
    error: z.string().optional(),
  })
  .openapi('Import');
export type Import = z.output<typeof importShape>;

export const runImportShape = z.strictObject({
  mapping: importMappingShape.default({}),
  loop: z.string().max(100).optional(),
});

/** An import that has not begun. */
export const nothingImported = (): ImportSummary => ({
  rows: 0,
  created: 0,
  updated: 0,
  unchanged: 0,
  rejected: 0,
  rejects: [],
  columns: [],
  events: 0,
  knownEvents: 0,
  consents: 0,
  relationships: 0,
  misfits: {},
  aside: {},
  conflicts: 0,
  entered: 0,
});
