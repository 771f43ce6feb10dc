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
    /** As consents name it; empty for what does not reach a customer. */
    channel: z.string(),
    purpose: z.string(),
    address: z.string(),
    attempts: z.int(),
    /** When it is to go out, or was to. */
    due: instant,
    createdAt: instant,
    settledAt: instant.nullable(),
    /** Why it was not sent, or not yet: consent, cap, complaint, quiet, skipped, ended, address. */
    reason: z.string().nullable(),
    detail: z.string().nullable(),
    body: z.record(z.string(), z.unknown()),
  })
  .openapi('Message');
export type LedgerMessage = z.output<typeof messageShape>;
