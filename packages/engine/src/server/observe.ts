import { randomUUID } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import type { Env } from './endpoint.ts';
import type { ServerLog } from './log.ts';
import { loggedPath } from './logged-path.ts';
import type { Metrics } from './metrics.ts';

/** Gives every request an id, times it, and writes one line. Only the path is written: a query can hold a token or a name. */
export const observe =
  (log: ServerLog, metrics: Metrics): MiddlewareHandler<Env> =>
  async (c, next) => {
    const request = randomUUID();
    c.set('requestId', request);
    c.header('x-request-id', request);
    const started = performance.now();
    await next();
    const seconds = (performance.now() - started) / 1000;
    const { method } = c.req;
    const path = loggedPath(c.req.path);
    const { status } = c.res;
    metrics.answered(method, routeOf(c), status, seconds);
    log.debug({ request, method, path, status, ms: Math.round(seconds * 1000) }, 'answered');
  };

/** The pattern and not the path, because each label is kept for good: a route's own, else the nearest guard's. */
function routeOf(c: Context<Env>): string {
  const paths = matchedRoutes(c).map(({ path }) => path);
  return paths.find((path) => !path.includes('*')) ?? paths.reduce((a, b) => (b.length > a.length ? b : a), '/*');
}
