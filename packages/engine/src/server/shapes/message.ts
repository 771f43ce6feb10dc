import { z } from '@hono/zod-openapi';
import { instant } from './instant.ts';

export const messageStatuses = ['queued', 'sending', 'sent', 'failed', 'unknown', 'suppressed'] as const;

export const messageShape = z
  .object({
    key: z.string(),
    customer: z.int(),
    loop: z.string(),
    node: z.string(),
    turn: z.int(),
    status: z.enum(messageStatuses),
    address: z.string(),
    createdAt: instant,
    settledAt: instant.nullable(),
    detail: z.string().nullable(),
    body: z.record(z.string(), z.unknown()),
  })
  .openapi('Message');
export type LedgerMessage = z.output<typeof messageShape>;
