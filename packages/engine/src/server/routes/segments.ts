import { z } from '@hono/zod-openapi';
import type { App } from '../endpoint.ts';
import { endpoint } from '../endpoint.ts';
import type { ServerPorts } from '../ports.ts';
import { rowFor } from '../privacy.ts';
import { notFound } from '../server-error.ts';
import {
  previewSegmentShape,
  saveSegmentShape,
  segmentId,
  segmentMembersShape,
  segmentOverlapShape,
  segmentPreviewShape,
  segmentShape,
} from '../shapes/segment.ts';

/** Named segments: rules that loops and other segments refer to. */
export function segmentRoutes(app: App, { segments, privacy }: ServerPorts): void {
  const tag = 'Segments';
  const path = '/api/segments';
  const one = `${path}/{id}`;
  const params = z.object({ id: segmentId });
  const port = () => {
    if (!segments) throw notFound('segment in this installation');
    return segments;
  };
  const existing = async (id: string) => {
    const segment = await port().get(id);
    if (!segment) throw notFound(`segment ${id}`);
    return segment;
  };

  endpoint(
    app,
    { method: 'get', path, tag, summary: 'All named segments', answer: z.array(segmentShape) },
    async () => [...(await port().list())],
  );

  endpoint(
    app,
    {
      method: 'post',
      path: `${path}/preview`,
      tag,
      summary: 'Whom a rule selects now, without saving it',
      body: previewSegmentShape,
      answer: segmentPreviewShape,
      errors: [422],
    },
    async ({ body: { rule, id }, signal, role }) => {
      const preview = await port().preview(rule, { ...(id === undefined ? {} : { id }), signal });
      const sight = await privacy.sight(role);
      return { ...preview, sample: preview.sample.map((row) => rowFor(sight, row)) };
    },
  );

  endpoint(
    app,
    {
      method: 'get',
      path: `${one}/overlap`,
      tag,
      summary: 'How many of a segment are in each other one, or in one of them',
      params,
      query: z.object({ with: segmentId.optional() }),
      answer: z.array(segmentOverlapShape),
      errors: [404],
    },
    async ({ params: { id }, query }) => [...(await port().overlap(id, query.with))],
  );

  endpoint(
    app,
    {
      method: 'get',
      path: `${one}/members`,
      tag,
      summary: 'Who is in a segment, and since when, a page at a time',
      params,
      query: z.object({
        after: z.string().max(200).optional(),
        limit: z.coerce.number().int().min(1).max(500).default(50),
      }),
      answer: segmentMembersShape,
      errors: [404],
    },
    async ({ params: { id }, query: { after, limit }, role }) => {
      const page = await port().members(id, { ...(after === undefined ? {} : { after }), limit });
      if (!page) throw notFound(`segment ${id}`);
      const sight = await privacy.sight(role);
      return { ...page, members: page.members.map((row) => rowFor(sight, row)) };
    },
  );

  endpoint(
    app,
    { method: 'get', path: one, tag, summary: 'One segment', params, answer: segmentShape, errors: [404] },
    ({ params: { id } }) => existing(id),
  );

  endpoint(
    app,
    {
      method: 'put',
      path: one,
      tag,
      summary: 'Makes a segment, or changes it: who is in it is worked out by and by, and is exact from then on',
      params,
      body: saveSegmentShape,
      answer: segmentShape,
      errors: [422],
    },
    async ({ params: { id }, body: { name, rule } }) => {
      await port().save({ id, name, rule });
      return existing(id);
    },
  );

  endpoint(
    app,
    {
      method: 'delete',
      path: one,
      tag,
      summary: 'Deletes a segment that no published loop and no other segment uses',
      params,
      errors: [404, 409],
    },
    async ({ params: { id } }) => {
      if (!(await port().remove(id))) throw notFound(`segment ${id}`);
      return undefined;
    },
  );
}
