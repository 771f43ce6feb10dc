import { z } from '@hono/zod-openapi';
import type { App } from '../endpoint.ts';
import { endpoint } from '../endpoint.ts';
import type { ServerPorts } from '../ports.ts';
import { notFound } from '../server-error.ts';
import { customerPageShape, customerViewShape } from '../shapes/customer.ts';
import { messageShape, messageStatuses } from '../shapes/message.ts';

const limit = z.coerce.number().int().min(1).max(500).default(50);

export function customerRoutes(app: App, { customers, messages }: ServerPorts): void {
  endpoint(
    app,
    {
      method: 'get',
      path: '/api/customers',
      tag: 'Customers',
      summary: 'Customers, a page at a time',
      query: z.object({ search: z.string().max(200).optional(), after: z.string().max(200).optional(), limit }),
      answer: customerPageShape,
    },
    ({ query }) => customers.search({ ...query, search: query.search?.trim() || undefined }),
  );

  endpoint(
    app,
    {
      method: 'get',
      path: '/api/customers/{id}',
      tag: 'Customers',
      summary: 'All that is known of one customer',
      params: z.object({ id: z.coerce.number().int().positive() }),
      answer: customerViewShape,
      errors: [404],
    },
    async ({ params }) => {
      const customer = await customers.show(params.id);
      if (!customer) throw notFound(`customer ${params.id}`);
      return customer;
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
    async ({ query }) => [...(await messages.list(query))],
  );
}
