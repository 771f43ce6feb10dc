import { z } from '@hono/zod-openapi';
import type { JsonObject } from '../../plugin/json.ts';
import { checkRule } from '../../rule/index.ts';
import type { App } from '../endpoint.ts';
import { endpoint } from '../endpoint.ts';
import type { LifePort, ServerPorts } from '../ports.ts';
import { notFound, ServerError } from '../server-error.ts';
import type { Selection } from '../shapes/life.ts';
import {
  auditShape,
  cancelShape,
  enterShape,
  interventionShape,
  loopStatusShape,
  migrationResultShape,
  migrationShape,
  overdueShape,
  redriveShape,
  releaseShape,
  replayShape,
  resumeShape,
  retryShape,
} from '../shapes/life.ts';

const tag = 'Life of a loop';
const params = z.object({ id: z.string().max(100) });
const dryRunQuery = z.object({ dryRun: z.enum(['true', 'false']).optional() });
/** A selection can name a hundred thousand customers. */
const maxBytes = 8 * 1024 * 1024;

/** What people do to a running loop: each change is refused, done, or with a dry run counted, and stands in the audit. */
export function lifeRoutes(app: App, { life, loops }: ServerPorts): void {
  /** The port, for a loop that is there. */
  const of = async (id: string): Promise<LifePort> => {
    if (!(await loops.get(id))) throw notFound(`loop ${id}`);
    return life;
  };
  const found = <T>(answer: T | undefined, id: string): T => {
    if (answer === undefined) throw notFound(`loop ${id}`);
    return answer;
  };

  const look = <A extends z.ZodType>(
    name: string,
    summary: string,
    answer: A,
    ask: (port: LifePort, id: string) => Promise<z.output<A> | undefined>,
  ) =>
    endpoint(
      app,
      { method: 'get', path: `/api/loops/{id}/${name}`, tag, summary, params, answer, errors: [404] },
      async ({ params: { id } }) => found(await ask(life, id), id) as z.output<A>,
    );

  look('status', 'Where the loop is in its life, who is in it, and what may be done', loopStatusShape, (port, id) =>
    port.status(id),
  );
  look('overdue', 'What has come due, a node at a time: what a resume is decided by', overdueShape, (port, id) =>
    port.overdue(id),
  );

  endpoint(
    app,
    {
      method: 'get',
      path: '/api/loops/{id}/audit',
      tag,
      summary: 'Who did what to the loop, the latest first',
      params,
      query: z.object({ limit: z.coerce.number().int().min(1).max(1000).default(100) }),
      answer: z.array(auditShape),
      errors: [404],
    },
    async ({ params: { id }, query }) => [...found(await life.audit(id, query.limit), id)],
  );

  /** A change of the loop's state, which needs no words. */
  const state = (name: 'pause' | 'archive' | 'restore', summary: string) =>
    endpoint(
      app,
      {
        method: 'post',
        path: `/api/loops/{id}/${name}`,
        tag,
        summary,
        params,
        answer: loopStatusShape,
        errors: [404, 409],
      },
      async ({ params: { id }, actor }) => {
        const port = await of(id);
        await port[name](id, actor);
        return found(await port.status(id), id);
      },
    );
  state('pause', 'No step and no message from the answer on; events are still taken in');
  state('archive', 'Lets nobody in any more, and keeps history and figures');
  state('restore', 'Back from the archive');

  endpoint(
    app,
    {
      method: 'post',
      path: '/api/loops/{id}/resume',
      tag,
      summary: 'Goes on, with a choice for those who have come due meanwhile; answers who they were',
      params,
      body: resumeShape,
      answer: overdueShape,
      errors: [404, 409, 422],
    },
    async ({ params: { id }, body, actor }) => {
      const port = await of(id);
      if (body.overdue === 'spread' && body.over === undefined)
        throw unsound('to spread what is overdue takes a time, as "over": "PT6H"');
      if (body.overdue !== 'spread' && body.over !== undefined)
        throw unsound(`"over" is for "overdue": "spread", and this says "${body.overdue}"`);
      return port.resume(id, body, actor);
    },
  );

  endpoint(
    app,
    {
      method: 'post',
      path: '/api/loops/{id}/migrate',
      tag,
      summary: 'Moves people in flight to another version, by a mapping old node → new node',
      params,
      query: dryRunQuery,
      body: migrationShape,
      answer: migrationResultShape,
      errors: [404, 409, 422],
    },
    async ({ params: { id }, query, body, actor }) =>
      (await of(id)).migrate(id, { ...body, dryRun: isDry(query, body) }, actor),
  );

  /** What is done to enrollments that a selection names. */
  const intervene = <B extends z.ZodType<{ selection: Selection; dryRun: boolean }>>(
    name: string,
    summary: string,
    body: B,
    act: (
      port: LifePort,
      id: string,
      body: z.output<B>,
      dryRun: boolean,
      actor: string,
    ) => ReturnType<LifePort['cancel']>,
  ) =>
    endpoint(
      app,
      {
        method: 'post',
        path: `/api/loops/{id}/${name}`,
        tag,
        summary,
        params,
        query: dryRunQuery,
        body,
        maxBytes,
        answer: interventionShape,
        errors: [404, 409, 422],
      },
      async ({ params: { id }, query, body: asked, actor }) => {
        const port = await of(id);
        expectSomebody(asked.selection);
        return act(port, id, asked, isDry(query, asked), actor);
      },
    );

  intervene('cancel', 'Ends who is in the loop, wherever they stand', cancelShape, (port, id, body, dryRun, actor) =>
    port.cancel(id, body.selection, { dryRun }, actor),
  );
  intervene('replay', 'Once more from an entry', replayShape, (port, id, { selection, node }, dryRun, actor) =>
    port.replay(id, selection, { ...(node === undefined ? {} : { node }), dryRun }, actor),
  );
  intervene('retry', 'Parked customers try their node again', retryShape, (port, id, body, dryRun, actor) =>
    port.retry(id, body.selection, { dryRun }, actor),
  );
  intervene(
    'release',
    'Parked customers leave their node by a port, or leave the loop',
    releaseShape,
    (port, id, { selection, exit, port: by }, dryRun, actor) => {
      if (exit && by !== undefined) throw unsound(`either by the port ${by}, or out of the loop: not both`);
      return port.release(id, selection, { ...(by === undefined ? {} : { port: by }), exit, dryRun }, actor);
    },
  );

  endpoint(
    app,
    {
      method: 'post',
      path: '/api/loops/{id}/redrive',
      tag,
      summary: 'Messages that failed for good, or of which nobody knows, go out once more with their own keys',
      params,
      query: dryRunQuery,
      body: redriveShape,
      maxBytes,
      answer: interventionShape,
      errors: [404, 409, 422],
    },
    async ({ params: { id }, query, body, actor }) => {
      const port = await of(id);
      const { status, keys, node } = body;
      if (keys?.length === 0) throw unsound('"keys" is empty, which names no message: leave it out for all of them');
      const messages = { status, ...(keys ? { keys } : {}), ...(node === undefined ? {} : { node }) };
      return port.redrive(id, messages, { dryRun: isDry(query, body) }, actor);
    },
  );

  endpoint(
    app,
    {
      method: 'post',
      path: '/api/loops/{id}/enter',
      tag,
      summary: 'Lets parties in whom another system names; unknown ones are made',
      params,
      body: enterShape,
      maxBytes,
      answer: z.object({ entered: z.int() }),
      errors: [404, 409, 422],
    },
    async ({ params: { id }, body, actor }) => {
      const port = await of(id);
      const { node, key } = body;
      const parties = body.parties.map(({ identities, traits, consents }) => ({
        identities,
        traits: traits as JsonObject,
        consents: consents.map(({ proof, ...consent }) => (proof === undefined ? consent : { ...consent, proof })),
      }));
      const entry = { ...(node === undefined ? {} : { node }), ...(key === undefined ? {} : { key }), parties };
      return port.enter(id, entry, actor);
    },
  );
}

const unsound = (message: string): ServerError => new ServerError(422, 'unsound', message);

const isDry = (query: z.output<typeof dryRunQuery>, body: { dryRun: boolean }): boolean =>
  body.dryRun || query.dryRun === 'true';

/** A selection that names nobody is a slip, and must never come to mean everybody. */
function expectSomebody(selection: Selection): void {
  for (const list of ['customers', 'identities'] as const)
    if (selection[list]?.length === 0) throw unsound(`"${list}" is empty, which names nobody: nothing was done`);
  if (Object.values(selection).every((criterion) => criterion === undefined))
    throw unsound(
      'the selection names nobody, so nothing was done: expected customers, identities, rule, node or version, or "all": true for everybody',
    );
  if (selection.rule === undefined) return;
  const problems = checkRule(selection.rule, 'selection.rule').map((problem) => ({
    level: 'error' as const,
    ...problem,
  }));
  if (problems.length > 0)
    throw new ServerError(
      422,
      'unsound',
      `the rule is not sound: ${problems[0]?.path} ${problems[0]?.message}`,
      problems,
    );
}
