import { z } from '@hono/zod-openapi';
import { roles } from '../roles.ts';
import { instant } from './instant.ts';

export const clockShape = z
  .object({
    mode: z.enum(['live', 'accelerated', 'virtual']),
    now: instant,
    speed: z.number().openapi({ description: 'engine milliseconds per real millisecond' }),
  })
  .openapi('Clock');
export type Clock = z.output<typeof clockShape>;

export const userShape = z.object({ id: z.string(), name: z.string(), email: z.string() }).openapi('User');
export type User = z.output<typeof userShape>;

export const roleShape = z.enum(roles);

export const meShape = z
  .object({
    user: userShape,
    role: roleShape,
    installation: z.object({ version: z.string(), demo: z.boolean() }),
    clock: clockShape,
  })
  .openapi('Me');

export const writeKeyShape = z.object({ name: z.string(), createdAt: instant }).openapi('WriteKey');
export const newWriteKeyShape = writeKeyShape
  .extend({ key: z.string().openapi({ description: 'shown once: only its digest is kept' }) })
  .openapi('NewWriteKey');
