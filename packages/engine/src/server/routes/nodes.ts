import { z } from '@hono/zod-openapi';
import { cached } from '../cached.ts';
import type { App } from '../endpoint.ts';
import { endpoint } from '../endpoint.ts';
import { parseCron } from '../../plugin/cron.ts';
import type { JsonObject } from '../../plugin/json.ts';
import type { ServerPorts } from '../ports.ts';
import { fieldFor } from '../privacy.ts';
import { notFound, ServerError } from '../server-error.ts';
import { fieldsShape } from '../shapes/customer.ts';
import { instant } from '../shapes/instant.ts';
import { nodePortsShape, nodeTypeShape } from '../shapes/node.ts';

export function nodeRoutes(app: App, { nodes, customers, privacy, clock, zone: ownZone = 'UTC' }: ServerPorts): void {
  const tag = 'Node types';

  endpoint(
    app,
    {
      method: 'get',
      path: '/api/nodes',
      tag,
      summary: 'What can be placed on a canvas',
      answer: z.array(nodeTypeShape),
    },
    () => [...nodes.describe()],
  );

  endpoint(
    app,
    {
      method: 'post',
      path: '/api/nodes/ports',
      tag,
      summary: 'The ports of a node with these settings',
      body: z.object({ type: z.string().max(200), settings: z.record(z.string(), z.unknown()) }),
      answer: nodePortsShape,
      errors: [404],
    },
    ({ body }) => {
      const ports = nodes.ports(body.type, body.settings as JsonObject);
      if (!ports) throw notFound(`node type ${body.type}`);
      return ports;
    },
  );

  endpoint(
    app,
    {
      method: 'get',
      path: '/api/schedule',
      tag,
      summary: 'When a cron expression comes due next',
      query: z.object({ cron: z.string().max(200), zone: z.string().max(64).optional() }),
      answer: z.object({ zone: z.string(), next: z.array(instant) }),
      errors: [422],
    },
    ({ query: { cron, zone = ownZone } }) => {
      try {
        const schedule = parseCron(cron, zone);
        const next: number[] = [];
        for (let at = schedule.next(clock.read().now); at !== undefined && next.length < 3; at = schedule.next(at))
          next.push(at);
        return { zone, next };
      } catch (error) {
        throw new ServerError(422, 'invalid-schedule', (error as Error).message);
      }
    },
  );

  const fields = cached(5000, () => customers.fields());
  endpoint(
    app,
    { method: 'get', path: '/api/fields', tag, summary: 'What rules can ask about', answer: fieldsShape },
    async ({ role }) => {
      const { traits, ...rest } = await fields.get();
      const sight = await privacy.sight(role);
      return { ...rest, traits: traits.map((trait) => fieldFor(sight, trait)) };
    },
  );
}
