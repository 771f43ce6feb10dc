import type { RouteConfig } from '@hono/zod-openapi';
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { pathText } from '../loop/parse.ts';
import type { Problem } from '../loop/problem.ts';
import type { App, Env } from './env.ts';
import { requireRole } from './guard.ts';
import { parseJson } from './parse-json.ts';
import type { Role } from './roles.ts';
import { ServerError } from './server-error.ts';
import { errorShape } from './shapes/problem.ts';
import type { User } from './shapes/session.ts';

export type { App, Env };

interface Endpoint<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, A extends z.ZodType> {
  method: 'get' | 'post' | 'put' | 'delete';
  /** In OpenAPI's form, as `/api/loops/{id}`. */
  path: string;
  tag: string;
  summary: string;
  params?: P;
  query?: Q;
  /** A JSON body. */
  body?: B;
  /** Where in the body the document stands that problems are reported against. */
  document?: string;
  maxBytes?: number;
  /** Who may at least do this, where it is not anybody who may look, or for a change an operator. */
  role?: Role;
  /** Left out: 204, no content. */
  answer?: A;
  status?: 200 | 201;
  /** What may go wrong here beyond 400, 401 and, for a change, 403. */
  errors?: readonly number[];
}

interface Request<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> {
  params: z.output<P>;
  query: z.output<Q>;
  body: z.output<B>;
  user: User;
  role: Role;
  /** Who does it, for the audit. */
  actor: string;
  /** Aborted when the client has gone. */
  signal: AbortSignal;
}

const megabyte = 1024 * 1024;

/** One declaration a route: the OpenAPI document, the checks of what comes in, and the shape of what goes out. */
export function endpoint<
  P extends z.ZodType = z.ZodUndefined,
  Q extends z.ZodType = z.ZodUndefined,
  B extends z.ZodType = z.ZodUndefined,
  A extends z.ZodType = z.ZodUndefined,
>(
  app: App,
  declared: Endpoint<P, Q, B, A>,
  handle: (request: Request<P, Q, B>) => Promise<z.output<A>> | z.output<A>,
): void {
  const { method, path, params, query, body, answer } = declared;
  app.openAPIRegistry.registerPath(document(declared));
  app.on(
    method.toUpperCase(),
    path.replaceAll(/\{(\w+)\}/g, ':$1'),
    requireRole(declared.role ?? 'viewer'),
    limitBody(declared.maxBytes ?? 2 * megabyte),
    async (c: Context<Env>) => {
      const { user, role, actor } = c.get('caller');
      const value = await handle({
        params: (params && check(params, c.req.param(), 'path')) as z.output<P>,
        query: (query && check(query, c.req.query(), 'query')) as z.output<Q>,
        body: (body && check(body, await readJson(c), 'body', declared.document)) as z.output<B>,
        user,
        role,
        actor,
        signal: c.req.raw.signal,
      });
      return answer ? c.json(z.encode(answer, value) as object, declared.status ?? 200) : c.body(null, 204);
    },
  );
}

/** What a caller shows, in OpenAPI's words: one of them. */
export const callers: RouteConfig['security'] = [{ session: [] }, { token: [] }];

export const limitBody = (maxSize: number) =>
  bodyLimit({
    maxSize,
    onError: () => {
      throw new ServerError(413, 'too-large', `expected a body of at most ${maxSize} bytes`);
    },
  });

/** JSON that says it is JSON: a page of another origin cannot send that type without asking first. */
async function readJson(c: Context): Promise<unknown> {
  const type = c.req.header('content-type') ?? '';
  if (!/^application\/json\s*(;|$)/i.test(type))
    throw new ServerError(415, 'media-type', `expected a body of type application/json, got ${type || 'no type'}`);
  return parseJson(await c.req.text());
}

export function check<S extends z.ZodType>(
  schema: S,
  value: unknown,
  where: string,
  documentKey?: string,
): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map(
    (issue): Problem => ({
      level: 'error',
      code: 'schema',
      path: pathText(issue.path[0] === documentKey ? issue.path.slice(1) : issue.path),
      message: issue.message,
    }),
  );
  const inDocument = result.error.issues.every((issue) => documentKey !== undefined && issue.path[0] === documentKey);
  throw inDocument
    ? new ServerError(
        422,
        'invalid-loop',
        `the loop document is not of the form osicam/loop@1: ${said(problems)}`,
        problems,
      )
    : new ServerError(400, 'invalid', `the ${where} of the request is not as expected: ${said(problems)}`, problems);
}

const said = (problems: readonly Problem[]): string =>
  problems
    .slice(0, 3)
    .map((problem) => (problem.path ? `${problem.path}: ${problem.message}` : problem.message))
    .join('; ');

const errorTexts: Record<number, string> = {
  400: 'Not as expected',
  401: 'Not signed in',
  403: 'Not from this origin, or not with this role',
  404: 'Not there',
  409: 'Somebody was quicker, or it is in use',
  413: 'Too large',
  415: 'Another media type is expected',
  422: 'Well formed, and still not sound',
  429: 'Too often',
};

function document(declared: Endpoint<z.ZodType, z.ZodType, z.ZodType, z.ZodType>): RouteConfig {
  const { method, path, tag, summary, params, query, body, answer } = declared;
  const change = method !== 'get';
  const errors = [
    400,
    401,
    ...(change || declared.role ? [403] : []),
    ...(body ? [413, 415] : []),
    ...(declared.errors ?? []),
  ];
  return {
    method,
    path,
    tags: [tag],
    summary,
    description: `Takes the role ${declared.role ?? (change ? 'operator' : 'viewer')}.`,
    security: callers,
    request: {
      ...(params ? { params: params as z.ZodObject } : {}),
      ...(query ? { query: query as z.ZodObject } : {}),
      ...(body ? { body: { required: true, content: { 'application/json': { schema: body } } } } : {}),
    },
    responses: {
      ...(answer
        ? { [declared.status ?? 200]: { description: summary, content: { 'application/json': { schema: answer } } } }
        : { 204: { description: 'Done' } }),
      ...errorResponses(errors),
    },
  };
}

export const errorResponses = (statuses: readonly number[]): RouteConfig['responses'] =>
  Object.fromEntries(
    statuses.map((status) => [
      status,
      { description: errorTexts[status] ?? 'Error', content: { 'application/json': { schema: errorShape } } },
    ]),
  );
