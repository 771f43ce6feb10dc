import { z } from '@hono/zod-openapi';
import { instant } from './instant.ts';
import { roleShape } from './session.ts';

export const apiTokenShape = z
  .object({
    digest: z.string().openapi({ description: 'SHA-256 of the secret, in hex: what the token is called by' }),
    name: z.string(),
    role: roleShape,
    createdAt: instant,
    expiresAt: instant.optional(),
    usedAt: instant.optional().openapi({ description: 'to the minute' }),
  })
  .openapi('ApiToken');

export const newApiTokenShape = apiTokenShape
  .extend({ secret: z.string().openapi({ description: 'shown once: only its digest is kept' }) })
  .openapi('NewApiToken');

/** Stands in the audit as `token:<name>`, so it is one word. */
export const tokenName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'expected a name of letters, digits, dots, hyphens and underscores');

export const createTokenShape = z
  .strictObject({ name: tokenName, role: roleShape, expiresAt: instant.optional() })
  .openapi('CreateToken');
