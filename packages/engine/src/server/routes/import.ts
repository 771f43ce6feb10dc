import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { App, Env } from '../endpoint.ts';
import { callers, check, errorResponses, limitBody } from '../endpoint.ts';
import type { ServerPorts } from '../ports.ts';
import { ServerError } from '../server-error.ts';
import { importPreviewShape, importSummaryShape } from '../shapes/import.ts';

/** A label in messages and nothing more: no part of it ever names a file of this machine. */
const name = z
  .string()
  .min(1)
  .max(255)
  .transform((text) => text.replaceAll(/[^\p{L}\p{N} ._()+-]/gu, '_'));
const importQuery = z.object({
  name,
  key: z.string().min(1).max(200).optional(),
  loop: z.string().max(100).optional(),
});
const previewQuery = z.object({ name });
const previewBytes = 256 * 1024;

/**
 * Files come as the bare body, never as a form: the stream goes to the importer as it arrives, so that memory stays flat
 * however long the file, and nothing that a client says of paths or types is believed.
 */
export function importRoutes(app: App, { imports }: ServerPorts): void {
  const file = { content: { 'application/octet-stream': { schema: z.string().openapi({ format: 'binary' }) } } };

  app.openAPIRegistry.registerPath({
    method: 'post',
    path: '/api/import',
    tags: ['Customers'],
    summary: 'Streams a file into the customer base; with a loop, its customers enter that published loop',
    security: callers,
    request: { query: importQuery, body: file },
    responses: {
      200: { description: 'What became of the rows', content: { 'application/json': { schema: importSummaryShape } } },
      ...errorResponses([400, 401, 403, 404, 422]),
    },
  });
  app.post('/api/import', async (c) => {
    const query = check(importQuery, c.req.query(), 'query');
    const summary = await imports.import(bodyOf(c), { ...query, signal: c.req.raw.signal });
    return c.json(z.encode(importSummaryShape, { ...summary, rejects: summary.rejects.slice(0, 100) }));
  });

  app.openAPIRegistry.registerPath({
    method: 'post',
    path: '/api/import/preview',
    tags: ['Customers'],
    summary: 'What the beginning of a file looks like; nothing is stored',
    security: callers,
    request: { query: previewQuery, body: file },
    responses: {
      200: { description: 'Columns with samples', content: { 'application/json': { schema: importPreviewShape } } },
      ...errorResponses([400, 401, 403, 413]),
    },
  });
  app.post('/api/import/preview', limitBody(previewBytes), async (c) => {
    const query = check(previewQuery, c.req.query(), 'query');
    const head = new Uint8Array(await c.req.arrayBuffer());
    return c.json(z.encode(importPreviewShape, await imports.preview(head, query)) as object);
  });
}

function bodyOf(c: Context<Env>): ReadableStream<Uint8Array> {
  const { body } = c.req.raw;
  if (!body) throw new ServerError(400, 'invalid', 'expected the file as the body of the request, got an empty body');
  return body;
}
