import { z } from '@hono/zod-openapi';
import type { Loop } from '../../loop/loop.ts';
import type { App } from '../endpoint.ts';
import { endpoint } from '../endpoint.ts';
import { errorFor } from '../privacy.ts';
import type { LoopsPort, ServerPorts } from '../ports.ts';
import { notFound, ServerError } from '../server-error.ts';
import {
  countsShape,
  learningShape,
  loopDetailShape,
  loopShape,
  loopSummaryShape,
  nodeReportShape,
  parkedShape,
} from '../shapes/loop.ts';
import { problemShape } from '../shapes/problem.ts';

const tag = 'Loops';
const idParam = z.object({ id: z.string().max(100) });
const revision = z.int().nonnegative();
/** A drawn loop of a thousand nodes is about half a megabyte. */
const maxBytes = 8 * 1024 * 1024;

export function loopRoutes(app: App, { loops, privacy }: ServerPorts): void {
  const thereIs = async (id: string) => {
    const loop = await loops.get(id);
    if (!loop) throw notFound(`loop ${id}`);
    return loop;
  };

  endpoint(
    app,
    {
      method: 'get',
      path: '/api/loops',
      tag,
      summary: 'All loops with their counts',
      answer: z.array(loopSummaryShape),
    },
    async () => [...(await loops.list())],
  );

  endpoint(
    app,
    {
      method: 'post',
      path: '/api/loops',
      tag,
      summary: 'A new loop: empty, or from a document',
      body: z.object({
        id: loopShape.shape.id.optional(),
        name: loopShape.shape.name,
        document: loopShape.optional(),
      }),
      document: 'document',
      maxBytes,
      answer: loopDetailShape,
      status: 201,
      errors: [409, 422],
    },
    async ({ body: { id, name, document } }) => {
      const drawn = { format: 'osicam/loop@1' as const, nodes: [], edges: [], ...document, name };
      return loops.create({ ...drawn, id: id ?? (await freeId(loops, name)) });
    },
  );

  endpoint(
    app,
    {
      method: 'post',
      path: '/api/loops/validate',
      tag,
      summary: 'What is wrong with a document; nothing is stored',
      body: z.object({ document: z.unknown() }),
      maxBytes,
      answer: z.object({ ok: z.boolean(), problems: z.array(problemShape) }),
    },
    async ({ body }) => {
      const problems = [...(await loops.validate(body.document))];
      return { ok: !problems.some((problem) => problem.level === 'error'), problems };
    },
  );

  endpoint(
    app,
    {
      method: 'get',
      path: '/api/loops/{id}',
      tag,
      summary: 'The draft, its problems, and what is published',
      params: idParam,
      answer: loopDetailShape,
      errors: [404],
    },
    ({ params }) => thereIs(params.id),
  );

  endpoint(
    app,
    {
      method: 'put',
      path: '/api/loops/{id}',
      tag,
      summary: 'Saves the draft made on this revision; a conflict when somebody saved in between',
      params: idParam,
      body: z.object({ document: loopShape, revision }),
      document: 'document',
      maxBytes,
      answer: loopDetailShape,
      errors: [404, 409, 422],
    },
    async ({ params, body }) => {
      await thereIs(params.id);
      expectSameId(body.document, params.id);
      return loops.saveDraft(body.document, body.revision);
    },
  );

  endpoint(
    app,
    {
      method: 'delete',
      path: '/api/loops/{id}',
      tag,
      summary: 'Removes a loop that nobody is in',
      params: idParam,
      errors: [404, 409],
    },
    async ({ params }) => {
      await thereIs(params.id);
      await loops.remove(params.id);
      return undefined;
    },
  );

  endpoint(
    app,
    {
      method: 'post',
      path: '/api/loops/{id}/publish',
      tag,
      summary: 'Makes a version of the draft; moves nobody who is under way',
      params: idParam,
      body: z.object({ revision }),
      answer: z.object({ version: z.int() }),
      errors: [404, 409, 422],
    },
    async ({ params, body, actor }) => {
      await thereIs(params.id);
      return loops.publish(params.id, body.revision, actor);
    },
  );

  endpoint(
    app,
    {
      method: 'get',
      path: '/api/loops/{id}/counts',
      tag,
      summary: 'Where everybody is',
      params: idParam,
      answer: countsShape,
      errors: [404],
    },
    async ({ params }) => {
      const counts = await loops.counts(params.id);
      if (!counts) throw notFound(`loop ${params.id}`);
      return counts;
    },
  );

  endpoint(
    app,
    {
      method: 'get',
      path: '/api/loops/{id}/reports',
      tag,
      summary: 'What was measured, a turn at a time',
      params: idParam,
      answer: z.array(nodeReportShape),
      errors: [404],
    },
    async ({ params }) => {
      await thereIs(params.id);
      return [...(await loops.reports(params.id))];
    },
  );

  endpoint(
    app,
    {
      method: 'get',
      path: '/api/loops/{id}/learnings',
      tag,
      summary: 'What the loop has changed about itself, and why',
      params: idParam,
      answer: z.array(learningShape),
      errors: [404],
    },
    async ({ params }) => {
      await thereIs(params.id);
      return [...(await loops.learnings(params.id))];
    },
  );

  endpoint(
    app,
    {
      method: 'get',
      path: '/api/loops/{id}/parked',
      tag,
      summary: 'Who was set aside with an error',
      params: idParam,
      query: z.object({ limit: z.coerce.number().int().min(1).max(1000).default(100) }),
      answer: z.array(parkedShape),
      errors: [404],
    },
    async ({ params, query, role }) => {
      await thereIs(params.id);
      const sight = await privacy.sight(role);
      return (await loops.parked(params.id, query.limit)).map((each) => errorFor(sight, each));
    },
  );
}

function expectSameId(document: Loop, id: string): void {
  if (document.id === id) return;
  const message = `expected the id ${id}, as in the address, got ${document.id}: a loop keeps its id`;
  throw new ServerError(422, 'invalid-loop', message, [{ level: 'error', code: 'id', path: 'id', message }]);
}

/** The name in lower case with hyphens, and a number behind it when that is taken. */
async function freeId(loops: LoopsPort, name: string): Promise<string> {
  const plain = name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 56)
    .replaceAll(/^-+|-+$/g, '');
  const base = plain || 'loop';
  const taken = new Set((await loops.list()).map(({ id }) => id));
  if (!taken.has(base)) return base;
  let n = 2;
  while (taken.has(`${base}-${n}`)) n++;
  return `${base}-${n}`;
}
