import { z } from '@hono/zod-openapi';
import { hookMapping } from '../hooks/hook-mapping.ts';
import { instant } from './instant.ts';

const name = z.string().trim().min(1).max(100);

export const hookShape = z
  .object({
    id: z.string().openapi({ description: '192 random bits: whoever knows the address may send' }),
    url: z.string(),
    name,
    mapping: hookMapping,
    signed: z.boolean().openapi({ description: 'whether it has a secret, by which requests must be signed' }),
    createdAt: instant,
    usedAt: instant.optional().openapi({ description: 'when it last took something in, to the minute' }),
  })
  .openapi('Hook');
export type Hook = Omit<z.output<typeof hookShape>, 'url'>;

export const hookInputShape = z
  .strictObject({
    name,
    mapping: hookMapping,
    secret: z
      .string()
      .min(16, 'expected at least 16 characters that nobody guesses')
      .max(500)
      .nullable()
      .optional()
      .openapi({ description: 'left out: stays as it is; null: none. It is never told again' }),
  })
  .openapi('HookInput');
export type HookInput = z.output<typeof hookInputShape>;

export const tryHookShape = z.strictObject({
  mapping: hookMapping,
  payload: z.json(),
  headers: z.record(z.string(), z.string()).default({}),
});

export const triedHookShape = z
  .object({
    records: z.array(z.record(z.string(), z.unknown())).openapi({ description: 'as they would be taken in' }),
    rejects: z.array(z.object({ path: z.string(), message: z.string() })),
    misfits: z.record(z.string(), z.int()),
  })
  .openapi('TriedHook');

export const lastCallShape = z
  .object({
    at: instant,
    status: z.int(),
    message: z.string().optional(),
    body: z.string().openapi({ description: 'its first 64 KB; kept in memory for an hour' }),
    headers: z.record(z.string(), z.string()),
  })
  .openapi('LastHookCall');
export type LastCall = z.output<typeof lastCallShape>;
