import { z } from '@hono/zod-openapi';
import type { App } from '../endpoint.ts';
import { endpoint } from '../endpoint.ts';
import type { ServerPorts } from '../ports.ts';
import { notFound } from '../server-error.ts';
import { apiTokenShape, createTokenShape, newApiTokenShape } from '../shapes/token.ts';

/** Tokens by which programs use the API: given out, seen and revoked by administrators alone. */
export function tokenRoutes(app: App, { tokens }: ServerPorts): void {
  const tag = 'Tokens';
  const path = '/api/tokens';
  const role = 'admin' as const;

  endpoint(
    app,
    { method: 'get', path, tag, summary: 'All tokens, without their secrets', answer: z.array(apiTokenShape), role },
    async () => [...(await tokens.list())],
  );

  endpoint(
    app,
    {
      method: 'post',
      path,
      tag,
      summary: 'A new token, whose secret is shown once',
      body: createTokenShape,
      answer: newApiTokenShape,
      status: 201,
      role,
      errors: [409, 422],
    },
    ({ body }) => tokens.create(body),
  );

  endpoint(
    app,
    {
      method: 'delete',
      path: `${path}/{digest}`,
      tag,
      summary: 'Revokes a token, from the next request on',
      params: z.object({ digest: z.string().regex(/^[0-9a-f]{64}$/, 'expected a SHA-256 digest in hex') }),
      role,
      errors: [404],
    },
    async ({ params }) => {
      if (!(await tokens.revoke(params.digest))) throw notFound(`token ${params.digest}`);
      return undefined;
    },
  );
}
