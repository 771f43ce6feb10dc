import { OpenAPIHono } from '@hono/zod-openapi';
import { answerError } from './answer-error.ts';
import { editorFiles } from './editor-files.ts';
import type { App, Env } from './endpoint.ts';
import { createAuthenticate } from './caller.ts';
import { requireCaller, requireChanger, requireSameOrigin } from './guard.ts';
import type { DirectAnswer } from './ingest/answer-directly.ts';
import { answerDirectly } from './ingest/answer-directly.ts';
import { Ingestion } from './ingest/ingestion.ts';
import { intakeRoutes } from './ingest/intake-routes.ts';
import { ingestRoutes } from './ingest/routes.ts';
import { createMetrics } from './metrics.ts';
import { observe } from './observe.ts';
import type { ServerPorts } from './ports.ts';
import { publicRoutes } from './public/routes.ts';
import { customerRoutes } from './routes/customers.ts';
import { healthRoutes } from './routes/health.ts';
import { hookRoutes } from './routes/hooks.ts';
import { identityRoutes } from './routes/identity.ts';
import { importRoutes } from './routes/import.ts';
import { inboxRoutes } from './routes/inbox.ts';
import { lifeRoutes } from './routes/life.ts';
import { liveRoute } from './routes/live.ts';
import { loopRoutes } from './routes/loops.ts';
import { nodeRoutes } from './routes/nodes.ts';
import { personRoutes } from './routes/person.ts';
import { permissionRoutes } from './routes/permission.ts';
import { policyRoutes } from './routes/policy.ts';
import { listRoutes } from './routes/lists.ts';
import { schemaRoutes } from './routes/schema.ts';
import { segmentRoutes } from './routes/segments.ts';
import { sessionRoutes } from './routes/session.ts';
import { signInRoutes } from './routes/sign-in.ts';
import { tokenRoutes } from './routes/tokens.ts';
import { typologyRoutes } from './routes/typologies.ts';
import { notFound } from './server-error.ts';
import { securityHeaders } from './security-headers.ts';
import { writeKeys } from './write-keys.ts';

/**
 * The whole HTTP side over ports that are handed in. Order matters: what is registered before the guard of /api answers
 * without a session, everything after it never does, not even with 404.
 */
export const createApp = (ports: ServerPorts): App => createServer(ports).app;

/** The app, and what is answered before it on the socket itself, because it comes by the ten thousand a second. */
export function createServer(ports: ServerPorts): { app: App; direct: DirectAnswer } {
  const app: App = new OpenAPIHono<Env>();
  const metrics = createMetrics();
  const keys = writeKeys(ports.writeKeys);
  const authenticate = createAuthenticate(ports);

  app.onError(answerError(ports.log));
  app.use(observe(ports.log, metrics), securityHeaders(ports.baseURL));

  healthRoutes(app, ports, metrics, authenticate);
  signInRoutes(app, ports);
  publicRoutes(app, ports);

  app.use('/api/*', requireCaller(authenticate), requireSameOrigin(ports.baseURL), requireChanger, async (c, next) => {
    await next();
    // Customers' data stays out of every cache on the way.
    if (!c.res.headers.has('cache-control')) c.res.headers.set('cache-control', 'no-store');
  });
  sessionRoutes(app, ports, keys);
  nodeRoutes(app, ports);
  loopRoutes(app, ports);
  lifeRoutes(app, ports);
  policyRoutes(app, ports);
  permissionRoutes(app, ports);
  segmentRoutes(app, ports);
  typologyRoutes(app, ports);
  listRoutes(app, ports);
  schemaRoutes(app, ports);
  tokenRoutes(app, ports);
  liveRoute(app, ports, authenticate);
  customerRoutes(app, ports);
  personRoutes(app, ports);
  identityRoutes(app, ports);
  importRoutes(app, ports);
  hookRoutes(app, ports);
  inboxRoutes(app, ports);
  const ingestion = new Ingestion(ports, keys);
  ingestRoutes(app, ingestion);
  intakeRoutes(app, ports);
  describeApi(app, ports);

  const unknown = (path: string) => notFound(`${path} here`);
  app.all('/api/*', (c) => {
    throw unknown(c.req.path);
  });
  app.all('/v1/*', (c) => {
    throw unknown(c.req.path);
  });

  app.all('/hooks/*', (c) => {
    throw unknown(c.req.path);
  });

  const page = ports.editorFolder === undefined ? undefined : editorFiles(ports.editorFolder);
  app.get('/*', (c) => page?.(c) ?? c.text('not found\n', 404));
  return { app, direct: answerDirectly(ingestion, { ...ports, metrics }) };
}

/** What a process answers that runs the engine alone: whether it lives, and its figures. */
export function createHealthApp(ports: Pick<ServerPorts, 'health' | 'log' | 'tokens' | 'auth' | 'baseURL'>): App {
  const app: App = new OpenAPIHono<Env>();
  const metrics = createMetrics();
  app.onError(answerError(ports.log));
  app.use(observe(ports.log, metrics), securityHeaders(ports.baseURL));
  healthRoutes(app, ports, metrics, createAuthenticate(ports));
  app.get('/*', (c) => c.text('not found\n', 404));
  return app;
}

function describeApi(app: App, { installation, baseURL }: ServerPorts): void {
  app.openAPIRegistry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: 'osicam.session_token',
    description: 'Set by the sign-in link, or by POST /api/auth/sign-in/email',
  });
  app.openAPIRegistry.registerComponent('securitySchemes', 'token', {
    type: 'http',
    scheme: 'bearer',
    description: 'An API token with a role: viewer, operator or admin. `osicam token create`, or POST /api/tokens',
  });
  app.openAPIRegistry.registerComponent('securitySchemes', 'writeKey', {
    type: 'http',
    scheme: 'basic',
    description: 'The write key as user name, no password',
  });
  app.doc31('/api/openapi.json', {
    openapi: '3.1.0',
    info: {
      title: 'OSICAM',
      version: installation.version,
      description:
        'Instants are ISO 8601 in UTC. Whatever changes something under /api by a session must come from a page of this ' +
        'server: Sec-Fetch-Site or Origin says so. A request with a token is judged by that alone. Sign-in by e-mail and password is POST /api/auth/sign-in/email.',
    },
    servers: [{ url: baseURL }],
  });
}
