import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { App, Env } from '../endpoint.ts';
import { callers, check, endpoint, errorResponses } from '../endpoint.ts';
import { requireRole } from '../guard.ts';
import type { ServerPorts } from '../ports.ts';
import { notFound, ServerError } from '../server-error.ts';
import {
  importMappingShape,
  importPreviewShape,
  importShape,
  importSummaryShape,
  runImportShape,
} from '../shapes/import.ts';

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
const uploadQuery = z.object({ name });
const role = 'operator' as const;

/**
 * Files come as the bare body, never as a form: the stream goes to the importer as it arrives, so that memory stays flat
 * however long the file, and nothing that a client says of paths or types is believed. Either at once, or uploaded first,
 * looked at by one mapping after another, and then imported while one watches.
 */
export function importRoutes(app: App, { imports }: ServerPorts): void {
  const file = { content: { 'application/octet-stream': { schema: z.string().openapi({ format: 'binary' }) } } };
  const tag = 'Customers';

  app.openAPIRegistry.registerPath({
    method: 'post',
    path: '/api/import',
    tags: [tag],
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
    path: '/api/imports',
    tags: [tag],
    summary: 'Uploads a file, to be looked at and then imported; nothing of it is in the customer base yet',
    security: callers,
    request: { query: uploadQuery, body: file },
    responses: {
      201: { description: 'The upload', content: { 'application/json': { schema: importShape } } },
      ...errorResponses([400, 401, 403, 409]),
    },
  });
  app.post('/api/imports', async (c) => {
    const query = check(uploadQuery, c.req.query(), 'query');
    const upload = await imports.upload(bodyOf(c), { ...query, signal: c.req.raw.signal });
    return c.json(z.encode(importShape, upload), 201);
  });

  const params = z.object({ id: z.string().max(100) });
  const path = '/api/imports/{id}';
  const found = <T>(value: T | undefined, id: string): T => {
    if (value === undefined) throw notFound(`upload ${id}; one that nobody asks for is gone after a day`);
    return value;
  };

  endpoint(
    app,
    {
      method: 'post',
      path: `${path}/preview`,
      tag,
      role,
      summary: 'What an uploaded file holds, and what a mapping would make of it; nothing is stored',
      params,
      body: z.strictObject({ mapping: importMappingShape.default({}) }),
      answer: importPreviewShape,
      errors: [404],
    },
    async ({ params: { id }, body }) => found(await imports.preview(id, body.mapping), id),
  );

  endpoint(
    app,
    {
      method: 'post',
      path: `${path}/run`,
      tag,
      role,
      summary: 'Begins to import an uploaded file; how far it has come is asked for at its own address',
      params,
      body: runImportShape,
      answer: importShape,
      errors: [404, 409, 422],
    },
    async ({ params: { id }, body: { mapping, loop } }) =>
      found(await imports.run(id, { mapping, ...(loop === undefined ? {} : { loop }) }), id),
  );

  endpoint(
    app,
    {
      method: 'get',
      path,
      tag,
      role,
      summary: 'How far an import has come',
      params,
      answer: importShape,
      errors: [404],
    },
    async ({ params: { id } }) => found(await imports.state(id), id),
  );

  endpoint(
    app,
    {
      method: 'delete',
      path,
      tag,
      summary: 'Takes an upload away; an import under way stops, and keeps what is in',
      params,
      errors: [404],
    },
    async ({ params: { id } }) => {
      if (!(await imports.remove(id))) throw notFound(`upload ${id}`);
      return undefined;
    },
  );

  app.openAPIRegistry.registerPath({
    method: 'get',
    path: `${path}/rejects`,
    tags: [tag],
    summary: 'The rows that could not be imported, each with its line and why, as CSV',
    security: callers,
    request: { params },
    responses: {
      200: { description: 'CSV', content: { 'text/csv': { schema: z.string() } } },
      ...errorResponses([401, 403, 404]),
    },
  });
  app.get('/api/imports/:id/rejects', requireRole(role), async (c) => {
    const rejects = await imports.rejects(c.req.param('id'));
    if (!rejects) throw notFound('file of rejects');
    c.header('content-type', 'text/csv; charset=utf-8');
    c.header(
      'content-disposition',
      `attachment; filename="rejects.csv"; filename*=UTF-8''${encodeURIComponent(rejects.name)}`,
    );
    return c.body(rejects.stream);
  });
}

function bodyOf(c: Context<Env>): ReadableStream<Uint8Array> {
  const { body } = c.req.raw;
  if (!body) throw new ServerError(400, 'invalid', 'expected the file as the body of the request, got an empty body');
  return body;
}
