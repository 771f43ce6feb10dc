import { z } from '@hono/zod-openapi';
import type { App } from '../endpoint.ts';
import { endpoint } from '../endpoint.ts';
import type { ServerPorts } from '../ports.ts';
import { notFound } from '../server-error.ts';
import { saveSegmentShape, segmentId, segmentShape } from '../shapes/segment.ts';

/** Named segments: rules that loops and other segments refer to. */
export function segmentRoutes(app: App, { segments }: ServerPorts): void {
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
    { method: 'get', path: one, tag, summary: 'One segment', params, answer: segmentShape, errors: [404] },
    ({ params: { id } }) => existing(id),
  );

  endpoint(
    app,
    {
      method: 'put',
      path: one,
      tag,
      summary: 'Makes a segment, or changes it; where a loop watches it, everybody is asked again',
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
