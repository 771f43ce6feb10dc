import { z } from '@hono/zod-openapi';
import type { App } from '../endpoint.ts';
import type { Authenticate } from '../caller.ts';
import { requireCallerOrLoopback } from '../guard.ts';
import type { Metrics } from '../metrics.ts';
import type { ServerPorts } from '../ports.ts';
import { within } from '../within.ts';

const text = (description: string) => ({ description, content: { 'text/plain': { schema: z.string() } } });

export function healthRoutes(
  app: App,
  { health, log }: Pick<ServerPorts, 'health' | 'log'>,
  metrics: Metrics,
  authenticate: Authenticate,
): void {
  const tags = ['Health'];
  app.openAPIRegistry.registerPath({
    method: 'get',
    path: '/healthz',
    tags,
    summary: 'The process lives',
    responses: { 200: text('ok') },
  });
  app.get('/healthz', (c) => c.text('ok\n'));

  app.openAPIRegistry.registerPath({
    method: 'get',
    path: '/readyz',
    tags,
    summary: 'The engine answers',
    responses: { 200: text('ready'), 503: text('not ready') },
  });
  app.get('/readyz', async (c) => {
    try {
      await within(2000, 'the engine', health.ready());
      return c.text('ready\n');
    } catch (error) {
      // Why is for the log: this route answers anybody.
      log.warn({ error: (error as Error).message }, 'not ready');
      return c.text('not ready\n', 503);
    }
  });

  app.openAPIRegistry.registerPath({
    method: 'get',
    path: '/metrics',
    tags,
    summary: "Prometheus' figures; without a session or a token only from this machine",
    responses: { 200: text('figures'), 401: { description: 'Not signed in' } },
  });
  app.get('/metrics', requireCallerOrLoopback(authenticate), async (c) => {
    const figures = await within(2000, 'the engine', health.figures()).catch((error: Error) => {
      log.warn({ error: error.message }, 'metrics without the engine');
      return [];
    });
    return c.body(await metrics.text(figures), 200, { 'content-type': metrics.contentType });
  });
}
