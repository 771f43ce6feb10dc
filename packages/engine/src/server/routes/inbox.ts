import { z } from '@hono/zod-openapi';
import type { App } from '../endpoint.ts';
import { endpoint } from '../endpoint.ts';
import type { ServerPorts } from '../ports.ts';
import { notFound } from '../server-error.ts';
import { mailPageShape, mailShape } from '../shapes/inbox.ts';

/** The demo's mailbox; where there is none the paths are there and find nothing. */
export function inboxRoutes(app: App, { inbox }: ServerPorts): void {
  const tag = 'Demo';

  endpoint(
    app,
    {
      method: 'get',
      path: '/api/inbox',
      tag,
      summary: 'Mails that the demo has caught, the newest first',
      query: z.object({
        after: z.string().max(200).optional(),
        limit: z.coerce.number().int().min(1).max(500).default(50),
      }),
      answer: mailPageShape,
      // Whole mails with their addresses.
      role: 'operator',
      errors: [404],
    },
    async ({ query }) => {
      if (!inbox) throw notFound('inbox outside the demo');
      return inbox.list(query);
    },
  );

  endpoint(
    app,
    {
      method: 'get',
      path: '/api/inbox/{id}',
      tag,
      summary: 'One mail with its text and HTML',
      params: z.object({ id: z.string().max(200) }),
      answer: mailShape,
      role: 'operator',
      errors: [404],
    },
    async ({ params }) => {
      const mail = await inbox?.get(params.id);
      if (!mail) throw notFound(inbox ? `mail ${params.id}` : 'inbox outside the demo');
      return mail;
    },
  );
}
