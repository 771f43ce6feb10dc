import { z } from '@hono/zod-openapi';

export const problemShape = z
  .object({
    level: z.enum(['error', 'warning']),
    code: z.string(),
    node: z.string().optional(),
    edge: z.string().optional(),
    path: z.string(),
    message: z.string(),
  })
  .openapi('Problem');

export const errorShape = z
  .object({
    error: z.object({ code: z.string(), message: z.string(), problems: z.array(problemShape).optional() }),
  })
  .openapi('Error');
