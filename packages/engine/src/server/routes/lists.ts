import { z } from '@hono/zod-openapi';
import type { App } from '../endpoint.ts';
import { endpoint } from '../endpoint.ts';
import type { ServerPorts } from '../ports.ts';
import { notFound } from '../server-error.ts';
import { listChangeShape, listKeysShape, listShape, saveListShape, segmentId } from '../shapes/segment.ts';

/** Static lists: customers whom somebody has named one by one. */
export function listRoutes(app: App, { lists }: ServerPorts): void {
  const tag = 'Lists';
  const path = '/api/lists';
  const one = `${path}/{id}`;
  const members = `${one}/members`;
  const params = z.object({ id: segmentId });
  const port = () => {
    if (!lists) throw notFound('list in this installation');
    return lists;
  };
  const there = <T>(answer: T | undefined, id: string): T => {
    if (answer === undefined) throw notFound(`list ${id}`);
    return answer;
  };

  endpoint(app, { method: 'get', path, tag, summary: 'All static lists', answer: z.array(listShape) }, async () => [
    ...(await port().list()),
  ]);

  endpoint(
    app,
    {
      method: 'put',
      path: one,
      tag,
      summary: 'Makes a list, or gives one another name',
      params,
      body: saveListShape,
      answer: listShape,
    },
    async ({ params: { id }, body: { name } }) => {
      await port().save({ id, name });
      return there(
        (await port().list()).find((list) => list.id === id),
        id,
      );
    },
  );

  endpoint(
    app,
    {
      method: 'delete',
      path: one,
      tag,
      summary: 'Deletes a list that no segment and no published loop uses',
      params,
      errors: [404, 409],
    },
    async ({ params: { id } }) => {
      if (!(await port().remove(id))) throw notFound(`list ${id}`);
      return undefined;
    },
  );

  endpoint(
    app,
    {
      method: 'post',
      path: members,
      tag,
      summary: 'Puts customers on a list',
      params,
      body: listKeysShape,
      answer: listChangeShape,
      errors: [404],
    },
    async ({ params: { id }, body: { keys }, actor }) => there(await port().add(id, keys, actor), id),
  );

  endpoint(
    app,
    {
      method: 'delete',
      path: members,
      tag,
      summary: 'Takes customers off a list',
      params,
      body: listKeysShape,
      answer: listChangeShape,
      errors: [404],
    },
    async ({ params: { id }, body: { keys } }) => there(await port().take(id, keys), id),
  );
}
