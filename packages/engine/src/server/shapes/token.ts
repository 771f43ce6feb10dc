import { z } from '@hono/zod-openapi';
import { tokenNameForm, tokenNameWords } from '../api-tokens.ts';
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

export const createTokenShape = z
  .strictObject({
    name: z.string().regex(tokenNameForm, tokenNameWords),
    role: roleShape,
    expiresAt: instant.optional(),
  })
  .openapi('CreateToken');
