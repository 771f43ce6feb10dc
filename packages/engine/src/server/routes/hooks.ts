import { createHash, randomBytes } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { cached } from '../cached.ts';
import type { App, Env } from '../endpoint.ts';
import { endpoint, errorResponses } from '../endpoint.ts';
import { whyNotSigned } from '../hooks/check-signature.ts';
import { mapPayload } from '../hooks/map-payload.ts';
import { HookPace } from '../hooks/pace.ts';
import { readPayload } from '../hooks/read-payload.ts';
import { bodyText } from '../ingest/body-text.ts';
import type { ServerPorts } from '../ports.ts';
import type { IngestedRecord, StoredHook } from '../intake-ports.ts';
import { notFound, ServerError } from '../server-error.ts';
import type { LastCall } from '../shapes/hook.ts';
import { hookInputShape, hookShape, lastCallShape, triedHookShape, tryHookShape } from '../shapes/hook.ts';

const mostBytes = 1024 * 1024;
const shownBytes = 64 * 1024;
const shownFor = 3_600_000;

/** By one of these a sender says that two requests are the same, sent again. */
const deliveries = ['webhook-id', 'svix-id', 'idempotency-key', 'x-github-delivery', 'x-shopify-webhook-id'];

const newId = (): string => randomBytes(24).toString('base64url');

/** The addresses that other systems send to, and how administrators make them. */
export function hookRoutes(app: App, ports: ServerPorts): void {
  const { hooks } = ports;
  if (!hooks) return;
  const known = cached(5_000, async () => new Map((await hooks.list()).map((hook) => [hook.id, hook])));
  const calls = new Map<string, LastCall>();
  takeIn(app, ports, { known: async (id) => (await known.get()).get(id), calls, pace: new HookPace() });
  manage(app, ports, { forget: () => known.forget(), calls });
}

interface Incoming {
  known: (id: string) => Promise<StoredHook | undefined>;
  calls: Map<string, LastCall>;
  pace: HookPace;
}

function takeIn(app: App, { hooks, ingest, clock, log }: ServerPorts, { known, calls, pace }: Incoming): void {
  const answer = z.object({
    success: z.literal(true),
    records: z.int(),
    rejected: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  });
  app.openAPIRegistry.registerPath({
    method: 'post',
    path: '/hooks/{id}',
    tags: ['Ingestion'],
    summary: 'What another system sends, read by the mapping of the hook; on disk when it is answered',
    security: [],
    request: { params: z.object({ id: z.string() }), body: { content: { 'application/json': { schema: z.json() } } } },
    responses: {
      200: { description: 'On disk', content: { 'application/json': { schema: answer } } },
      ...errorResponses([400, 401, 404, 413, 415, 422, 429, 503]),
    },
  });
  app.post('/hooks/:id', async (c) => {
    const hook = await known(c.req.param('id'));
    if (!hook) throw new ServerError(404, 'not-found', 'there is no hook at this address');
    const held = ingest.holdOff() ?? pace.holdOff(hook.id, performance.now());
    if (held !== undefined) {
      c.header('retry-after', String(held));
      throw new ServerError(429, 'too-many', `nothing of this was stored: send it again in ${held} s`);
    }
    const body = await bodyText(c.req.raw, mostBytes);
    const call = { at: clock.read().now, body: body.slice(0, shownBytes), headers: shownHeaders(c) };
    try {
      const answered = await receive(c, hook, body);
      calls.set(hook.id, { ...call, status: 200 });
      return c.json(answered);
    } catch (error) {
      // Whoever does not know the secret shows nobody anything.
      if (error instanceof ServerError && error.status !== 401)
        calls.set(hook.id, { ...call, status: error.status, message: error.message });
      throw error;
    }
  });

  async function receive(c: Context<Env>, hook: StoredHook, body: string): Promise<z.output<typeof answer>> {
    const header = (name: string) => c.req.header(name);
    if (hook.secret !== null) {
      // The machine's own clock, whatever clock the loops run on: that is what the sender has signed with.
      const why = whyNotSigned(hook.mapping, hook.secret, body, header, Date.now() / 1000);
      if (why !== undefined) throw new ServerError(401, 'signature', `nothing of this was stored: ${why}`);
    }
    const payload = readPayload(header('content-type') ?? '', body);
    const { now } = clock.read();
    const delivery = deliveries.map(header).find(Boolean) ?? body;
    const key = createHash('sha256').update(`${hook.id} ${delivery}`).digest('base64url');
    const { records, rejects } = mapPayload(hook.mapping, payload, { headers: shownHeaders(c), now, key });
    if (records.length === 0) {
      const problems = rejects.map(({ path, message }) => ({ level: 'error' as const, code: 'record', path, message }));
      const [first] = rejects;
      throw new ServerError(
        422,
        'mapping',
        `nothing was stored: ${first ? `${first.path}: ${first.message}` : 'the list is empty'}`,
        problems,
      );
    }
    const named = records.map(
      (record, i): IngestedRecord => ({ ...record, messageId: `${key}.${i}`, time: now, once: true }),
    );
    await ingest.accept({ kind: 'records', calls: named.length, body: JSON.stringify(named), receivedAt: now });
    hooks?.used(hook.id, now);
    if (rejects.length > 0)
      log.warn({ hook: hook.name, rejected: rejects.length }, 'a hook could not read all it was sent');
    return { success: true, records: records.length, ...(rejects.length > 0 ? { rejected: rejects } : {}) };
  }
}

/** What a mapping may look at: nothing by which somebody shows who they are. */
function shownHeaders(c: Context<Env>): Record<string, string> {
  const hidden = /^(authorization|cookie|proxy-authorization)$|signature|token|secret/;
  return Object.fromEntries(
    Object.entries(c.req.header())
      .filter(([name]) => !hidden.test(name))
      .map(([name, value]) => [name, value.slice(0, 1000)]),
  );
}

function manage(
  app: App,
  { hooks, baseURL, clock }: ServerPorts,
  { forget, calls }: { forget: () => void; calls: Map<string, LastCall> },
): void {
  if (!hooks) return;
  const tag = 'Hooks';
  const path = '/api/hooks';
  const role = 'operator' as const;
  const params = z.object({ id: z.string().max(100) });
  const shown = ({ secret, ...hook }: StoredHook) => ({
    ...hook,
    signed: secret !== null,
    url: `${baseURL}/hooks/${hook.id}`,
  });
  const find = async (id: string) => {
    const hook = (await hooks.list()).find((each) => each.id === id);
    if (!hook) throw notFound(`hook ${id}`);
    return hook;
  };

  endpoint(
    app,
    { method: 'get', path, tag, role, summary: 'All hooks with their addresses', answer: z.array(hookShape) },
    async () => (await hooks.list()).map(shown),
  );

  endpoint(
    app,
    { method: 'post', path, tag, role, summary: 'A new hook', body: hookInputShape, answer: hookShape, status: 201 },
    async ({ body: { secret = null, ...input } }) => {
      const hook = { id: newId(), ...input, secret, createdAt: clock.read().now };
      await hooks.save(hook);
      forget();
      return shown(hook);
    },
  );

  endpoint(
    app,
    {
      method: 'post',
      path: `${path}/try`,
      tag,
      role,
      summary: 'What would come of a payload by a mapping; nothing is stored',
      body: tryHookShape,
      answer: triedHookShape,
    },
    ({ body: { mapping, payload, headers } }) => {
      const about = { headers: lowered(headers), now: clock.read().now, key: 'try' };
      const { records, ...rest } = mapPayload(mapping, payload, about);
      return { ...rest, records: records.map((record) => ({ ...record })) };
    },
  );

  endpoint(
    app,
    {
      method: 'put',
      path: `${path}/{id}`,
      tag,
      role,
      summary: 'Changes the name, the mapping or the secret of a hook; its address stays',
      params,
      body: hookInputShape,
      answer: hookShape,
      errors: [404],
    },
    async ({ params: { id }, body: { secret, ...input } }) => {
      const before = await find(id);
      const hook = { ...before, ...input, secret: secret === undefined ? before.secret : secret };
      await hooks.save(hook);
      forget();
      return shown(hook);
    },
  );

  endpoint(
    app,
    {
      method: 'get',
      path: `${path}/{id}/last`,
      tag,
      role,
      summary: 'What was last sent to this process, and what came of it',
      params,
      answer: lastCallShape,
      errors: [404],
    },
    async ({ params: { id } }) => {
      const call = calls.get(id);
      if (!call || clock.read().now - call.at > shownFor) throw notFound('call within the last hour');
      return call;
    },
  );

  endpoint(
    app,
    {
      method: 'delete',
      path: `${path}/{id}`,
      tag,
      role,
      summary: 'Takes a hook away; its address is gone for good',
      params,
      errors: [404],
    },
    async ({ params: { id } }) => {
      if (!(await hooks.remove(id))) throw notFound(`hook ${id}`);
      forget();
      calls.delete(id);
      return undefined;
    },
  );
}

const lowered = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
