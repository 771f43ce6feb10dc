import { cors } from 'hono/cors';
import type { App } from '../endpoint.ts';
import { errorResponses } from '../endpoint.ts';
import { bodyText } from './body-text.ts';
import type { Ingestion } from './ingestion.ts';
import { addresses, headersOf, mostBytes } from './ingestion.ts';
import type { RequestKind } from './read-calls.ts';
import { acceptedShape, batchShape, callShape } from './tracking-call.ts';

/**
 * Segment's HTTP tracking API, so that its official clients work unchanged. Answers once everything is on disk; the engine
 * works it in a moment later. A server that listens answers most of it before it comes here: `answer-directly.ts`.
 */
export function ingestRoutes(app: App, ingestion: Ingestion): void {
  app.use('/v1/*', forBrowsers, async (c, next) => {
    try {
      const key = await ingestion.admit(c.req.header('authorization'));
      if (key !== undefined) c.set('writeKey', key);
      await next();
    } catch (error) {
      for (const [name, value] of Object.entries(headersOf(error))) c.header(name, value);
      throw error;
    }
  });
  for (const [path, kind] of addresses) {
    describe(app, path, kind);
    app.post(path, async (c) => {
      try {
        const text = await bodyText(c.req.raw, mostBytes(kind));
        return c.json(await ingestion.take(kind, text, c.get('writeKey')));
      } catch (error) {
        for (const [name, value] of Object.entries(headersOf(error))) c.header(name, value);
        throw error;
      }
    });
  }
}

/**
 * A page of any origin may send what happened on it: that takes a write key and gives nothing back, and no cookie goes with
 * it. Nothing else may be asked from elsewhere.
 */
const forBrowsers = cors({
  origin: '*',
  allowMethods: ['POST'],
  allowHeaders: ['authorization', 'content-type', 'content-encoding', 'x-retry-count'],
  maxAge: 86_400,
});

function describe(app: App, path: string, kind: RequestKind): void {
  const schema = kind === 'batch' ? batchShape : callShape;
  app.openAPIRegistry.registerPath({
    method: 'post',
    path,
    tags: ['Ingestion'],
    summary: `Segment's ${kind} call${path.length > '/v1/x'.length ? '' : ', as its library for browsers sends it'}`,
    security: [{ writeKey: [] }],
    request: { body: { required: true, content: { 'application/json': { schema } } } },
    responses: {
      200: { description: 'On disk', content: { 'application/json': { schema: acceptedShape } } },
      ...errorResponses([400, 401, 413, 415, 429, 503]),
    },
  });
}
