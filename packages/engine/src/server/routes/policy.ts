import { z } from '@hono/zod-openapi';
import type { App } from '../endpoint.ts';
import { endpoint } from '../endpoint.ts';
import type { ServerPorts } from '../ports.ts';
import { auditShape, contactPolicyShape } from '../shapes/life.ts';

/** The rules over all loops: caps, quiet hours, open complaints. Read by whoever may look, set by administrators. */
export function policyRoutes(app: App, { policy }: ServerPorts): void {
  const tag = 'Contact policy';
  const path = '/api/policy';

  endpoint(
    app,
    {
      method: 'get',
      path,
      tag,
      summary: 'What holds at the moment of sending, over all loops',
      answer: contactPolicyShape,
    },
    () => policy.read(),
  );

  endpoint(
    app,
    {
      method: 'put',
      path,
      tag,
      summary: 'Sets the whole policy; it holds for the next message',
      body: contactPolicyShape,
      answer: contactPolicyShape,
      role: 'admin',
      errors: [422],
    },
    async ({ body, actor }) => {
      await policy.write(body, actor);
      return policy.read();
    },
  );

  endpoint(
    app,
    {
      method: 'get',
      path: `${path}/audit`,
      tag,
      summary: 'Who set the policy, and what held before, the latest first',
      query: z.object({ limit: z.coerce.number().int().min(1).max(1000).default(100) }),
      answer: z.array(auditShape),
    },
    async ({ query }) => [...(await policy.audit(query.limit))],
  );
}
