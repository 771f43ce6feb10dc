import { z } from '@hono/zod-openapi';
import type { App } from '../endpoint.ts';
import { endpoint } from '../endpoint.ts';
import type { ServerPorts } from '../ports.ts';
import { entryFor, messageFor, rowFor, viewFor } from '../privacy.ts';
import { notFound } from '../server-error.ts';
import { customerPageShape, customerViewShape } from '../shapes/customer.ts';
import { messageShape, messageStatuses } from '../shapes/message.ts';
import { timelineKinds, timelineShape } from '../shapes/timeline.ts';

const limit = z.coerce.number().int().min(1).max(500).default(50);
const params = z.object({ id: z.coerce.number().int().positive() });

/** What is known of customers. Whoever asks sees what their role may see: every answer passes through `privacy.ts`. */
export function customerRoutes(app: App, { customers, messages, privacy }: ServerPorts): void {
  const tag = 'Customers';

  endpoint(
    app,
    {
      method: 'get',
      path: '/api/customers',
      tag,
      summary: 'Customers, a page at a time',
      query: z.object({ search: z.string().max(200).optional(), after: z.string().max(200).optional(), limit }),
      answer: customerPageShape,
    },
    async ({ query, role }) => {
      const sight = await privacy.sight(role);
      const page = await customers.search({
        ...query,
        search: query.search?.trim() || undefined,
        blind: !sight.personal,
      });
      return { ...page, customers: page.customers.map((row) => rowFor(sight, row)) };
    },
  );

  endpoint(
    app,
    {
      method: 'get',
      path: '/api/customers/{id}',
      tag,
      summary: 'All that is known of one customer',
      params,
      answer: customerViewShape,
      errors: [404],
    },
    async ({ params: { id }, role }) => {
      const customer = await customers.show(id);
      if (!customer) throw notFound(`customer ${id}`);
      return viewFor(await privacy.sight(role), { ...customer, hidden: false });
    },
  );

  endpoint(
    app,
    {
      method: 'get',
      path: '/api/customers/{id}/timeline',
      tag,
      summary: 'Everything that happened with one customer in one stream, the newest first',
      params,
      query: z.object({
        kinds: z
          .string()
          .max(300)
          .transform((text) => text.split(','))
          .pipe(z.array(z.enum(timelineKinds)))
          .optional()
          .openapi({ type: 'string', description: `some of ${timelineKinds.join(', ')}, by commas` }),
        after: z.string().max(2000).optional(),
        limit,
      }),
      answer: timelineShape,
      errors: [404],
    },
    async ({ params: { id }, query, role }) => {
      const page = await customers.timeline(id, query);
      if (!page) throw notFound(`customer ${id}`);
      const sight = await privacy.sight(role);
      return { ...page, entries: page.entries.map((entry) => entryFor(sight, entry)) };
    },
  );

  endpoint(
    app,
    {
      method: 'get',
      path: '/api/messages',
      tag: 'Messages',
      summary: 'The ledger of messages, the newest first',
      query: z.object({
        loop: z.string().max(100).optional(),
        status: z.enum(messageStatuses).optional(),
        after: z.string().max(200).optional(),
        limit,
      }),
      answer: z.array(messageShape),
    },
    async ({ query, role }) => {
      const sight = await privacy.sight(role);
      return (await messages.list(query)).map((message) => messageFor(sight, message));
    },
  );
}
