import { z } from '@hono/zod-openapi';
import type { App } from '../endpoint.ts';
import { callers, endpoint, errorResponses, limitBody } from '../endpoint.ts';
import type { ServerPorts } from '../ports.ts';
import { notFound, ServerError } from '../server-error.ts';
import {
  consentTextShape,
  newConsentTextShape,
  newSuppressionsShape,
  optInAnswerShape,
  optInRequestShape,
  permissionPolicyShape,
  permissionStateShape,
  suppressionPageShape,
  suppressionSearchAnswer,
  suppressionSearchShape,
  takenReportsShape,
} from '../shapes/permission.ts';

const longestReport = 2 * 1024 * 1024;

/** Purposes, wordings and forms, who is asked, and which addresses nothing is sent to. */
export function permissionRoutes(app: App, { permission }: ServerPorts): void {
  if (!permission) return;
  const tag = 'Permission';
  const path = '/api/permission';

  endpoint(
    app,
    {
      method: 'get',
      path: `${path}/policy`,
      tag,
      summary: 'What is declared: purposes, channels, forms, texts',
      answer: permissionStateShape,
    },
    () => permission.state(),
  );
  endpoint(
    app,
    {
      method: 'put',
      path: `${path}/policy`,
      tag,
      summary: 'Declares all of it anew; it holds from the next message on',
      body: permissionPolicyShape,
      answer: permissionStateShape,
      role: 'admin',
    },
    async ({ body, actor }) => {
      await permission.savePolicy(body, actor);
      return permission.state();
    },
  );

  endpoint(
    app,
    {
      method: 'get',
      path: `${path}/texts`,
      tag,
      summary: 'The wordings that people are asked to agree to, the newest of a purpose first',
      answer: z.array(consentTextShape),
    },
    async () => [...(await permission.texts())],
  );
  endpoint(
    app,
    {
      method: 'post',
      path: `${path}/texts`,
      tag,
      summary: 'Saves a version of a wording; one that people have been shown is never changed',
      body: newConsentTextShape,
      role: 'admin',
      errors: [409],
    },
    ({ body, actor }) => permission.saveText(body, actor) as Promise<never>,
  );

  endpoint(
    app,
    {
      method: 'post',
      path: `${path}/opt-in`,
      tag,
      summary: 'Asks somebody by mail whether they agree: a double opt-in',
      body: optInRequestShape,
      answer: optInAnswerShape,
      errors: [422],
    },
    async ({ body, actor }) => ({ outcome: await permission.ask({ ...body, source: body.source ?? `api: ${actor}` }) }),
  );

  endpoint(
    app,
    {
      method: 'get',
      path: `${path}/suppressions`,
      tag,
      summary: 'Addresses that nothing is sent to, by their hashes, the latest first',
      query: z.object({
        after: z.string().max(400).optional(),
        limit: z.coerce.number().int().min(1).max(1000).default(100),
      }),
      answer: suppressionPageShape,
    },
    ({ query: { after, limit } }) => permission.suppressions({ limit, ...(after === undefined ? {} : { after }) }),
  );
  endpoint(
    app,
    {
      method: 'post',
      path: `${path}/suppressions/search`,
      tag,
      summary: 'Whether nothing is sent to an address, and why; asked by a body, so that no log holds the address',
      body: suppressionSearchShape,
      answer: suppressionSearchAnswer,
    },
    async ({ body: { channel, address } }) => ({
      suppression: (await permission.suppressed(channel, address)) ?? null,
    }),
  );
  endpoint(
    app,
    {
      method: 'post',
      path: `${path}/suppressions`,
      tag,
      summary: 'Puts addresses on the list, as those that another system has brought',
      body: newSuppressionsShape,
      role: 'admin',
    },
    ({ body: { channel, addresses }, actor }) => permission.suppress(channel, addresses, actor) as Promise<never>,
  );
  endpoint(
    app,
    {
      method: 'delete',
      path: `${path}/suppressions/{channel}/{hash}`,
      tag,
      summary: 'Takes an address off the list; the audit says who did',
      params: z.object({ channel: z.string().min(1).max(100), hash: z.string().regex(/^[\w-]{20,100}$/) }),
      role: 'admin',
      errors: [404],
    },
    async ({ params, actor }) => {
      if (!(await permission.unsuppress(params, actor))) throw notFound('such address on the list');
      return undefined as never;
    },
  );

  app.openAPIRegistry.registerPath({
    method: 'post',
    path: `${path}/reports`,
    tags: [tag],
    summary: 'Takes in a mail about a mail: a delivery notification, a complaint, or somebody who unsubscribes by mail',
    security: callers,
    request: {
      body: { required: true, content: { 'message/rfc822': { schema: z.string().openapi({ format: 'binary' }) } } },
    },
    responses: {
      200: { description: 'What it reported', content: { 'application/json': { schema: takenReportsShape } } },
      ...errorResponses([401, 403, 413, 415, 422]),
    },
  });
  app.post(`${path}/reports`, limitBody(longestReport), async (c) => {
    const type = c.req.header('content-type') ?? '';
    if (!/^(message\/rfc822|application\/octet-stream)\s*(;|$)/i.test(type))
      throw new ServerError(415, 'media-type', `expected a mail as message/rfc822, got ${type || 'no type'}`);
    const reports = await permission.report(new Uint8Array(await c.req.arrayBuffer()));
    return c.json({ reports: [...reports] });
  });
}
