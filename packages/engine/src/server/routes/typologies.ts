import { z } from '@hono/zod-openapi';
import type { App } from '../endpoint.ts';
import { endpoint } from '../endpoint.ts';
import type { ServerPorts } from '../ports.ts';
import { notFound } from '../server-error.ts';
import { segmentId } from '../shapes/segment.ts';
import { saveTypologyShape, typologyProposalShape, typologySettingsShape, typologyShape } from '../shapes/typology.ts';

/** Divisions of the customers into groups that are worked out from what is known of them; the groups are segments. */
export function typologyRoutes(app: App, { typologies }: ServerPorts): void {
  const tag = 'Typologies';
  const path = '/api/typologies';
  const one = `${path}/{id}`;
  const params = z.object({ id: segmentId });
  const port = () => {
    if (!typologies) throw notFound('typology in this installation');
    return typologies;
  };

  endpoint(
    app,
    { method: 'get', path, tag, summary: 'All typologies, the newest first', answer: z.array(typologyShape) },
    async () => [...(await port().list())],
  );

  endpoint(
    app,
    {
      method: 'post',
      path: `${path}/propose`,
      tag,
      summary: 'Works a typology out, without saving it',
      body: typologySettingsShape,
      answer: typologyProposalShape,
      errors: [422],
    },
    ({ body, signal }) => port().propose(body, { signal }),
  );

  endpoint(
    app,
    {
      method: 'put',
      path: one,
      tag,
      summary: 'Saves a typology, and its groups as segments',
      params,
      body: saveTypologyShape,
      answer: typologyShape,
      errors: [409, 422],
    },
    async ({ params: { id }, body }) => {
      await port().save(id, body);
      const saved = (await port().list()).find((typology) => typology.id === id);
      if (!saved) throw notFound(`typology ${id}`);
      return saved;
    },
  );

  endpoint(
    app,
    {
      method: 'delete',
      path: one,
      tag,
      summary: 'Forgets a typology; its groups stay segments',
      params,
      errors: [404],
    },
    async ({ params: { id } }) => {
      if (!(await port().remove(id))) throw notFound(`typology ${id}`);
      return undefined;
    },
  );
}
