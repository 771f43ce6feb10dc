import { z } from '@hono/zod-openapi';
import type { App } from '../endpoint.ts';
import { endpoint } from '../endpoint.ts';
import type { ServerPorts } from '../ports.ts';
import { instant } from '../shapes/instant.ts';

const asideShape = z
  .object({
    id: z.int(),
    receivedAt: instant,
    at: instant,
    error: z.string(),
    kind: z.string(),
    body: z.string(),
  })
  .openapi('CallAside');

const stateShape = z
  .object({ waiting: z.int(), oldest: instant.nullable(), aside: z.int() })
  .openapi('Intake', { description: 'Requests that wait, since when, and calls that are set aside' });

const countShape = z.object({ calls: z.int() });
const ids = z.array(z.int().positive()).min(1).max(1_000);

/** What was accepted and has not been worked in, or could not be: personal data as it came, for administrators alone. */
export function intakeRoutes(app: App, { ingest }: ServerPorts): void {
  const tag = 'Ingestion';
  const path = '/api/intake';

  endpoint(
    app,
    { method: 'get', path, tag, summary: 'How far the engine is behind with what was accepted', answer: stateShape },
    async () => {
      const { waiting, oldest, aside } = await ingest.state();
      return { waiting, oldest: oldest ?? null, aside };
    },
  );

  endpoint(
    app,
    {
      method: 'get',
      path: `${path}/aside`,
      tag,
      summary: 'Calls that could not be worked in, with what they said, the latest first',
      query: z.object({
        before: z.coerce.number().int().positive().optional(),
        limit: z.coerce.number().int().min(1).max(500).default(50),
      }),
      answer: z.array(asideShape),
      role: 'admin',
    },
    async ({ query: { before, limit } }) => [
      ...(await ingest.aside({ limit, ...(before === undefined ? {} : { before }) })),
    ],
  );

  endpoint(
    app,
    {
      method: 'post',
      path: `${path}/retry`,
      tag,
      summary: 'Accepts calls that were set aside once more, all of them unless told which',
      body: z.object({ ids: ids.optional() }),
      answer: countShape,
      role: 'admin',
    },
    async ({ body }) => ({ calls: await ingest.retry(body.ids) }),
  );

  endpoint(
    app,
    {
      method: 'post',
      path: `${path}/discard`,
      tag,
      summary: 'Forgets calls that were set aside',
      body: z.object({ ids }),
      answer: countShape,
      role: 'admin',
    },
    async ({ body }) => ({ calls: await ingest.discard(body.ids) }),
  );
}
