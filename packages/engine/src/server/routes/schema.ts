import { z } from '@hono/zod-openapi';
import type { App } from '../endpoint.ts';
import { endpoint } from '../endpoint.ts';
import type { ServerPorts } from '../ports.ts';
import { hidden } from '../privacy.ts';
import type { Role } from '../roles.ts';
import { notFound, ServerError } from '../server-error.ts';
import { auditShape } from '../shapes/life.ts';
import type { MisfitField } from '../shapes/schema.ts';
import {
  closeSchemaShape,
  declareAttributeShape,
  declareEventShape,
  discardedShape,
  misfitFieldShape,
  misfitsShape,
  schemaShape,
  takenInShape,
} from '../shapes/schema.ts';

/** What traits and event types there are, what they are declared to be, and what did not fit. */
export function schemaRoutes(app: App, { schema, privacy }: ServerPorts): void {
  const tag = 'Schema';
  const path = '/api/schema';
  const trait = `${path}/traits/{name}`;
  const event = `${path}/events/{type}`;
  const property = `${event}/properties/{name}`;
  const name = z.string().max(1000);
  const port = () => {
    if (!schema) throw notFound('schema in this installation');
    return schema;
  };
  // Whoever may not see what is personal does not say that it is not.
  const expectMayReveal = async (field: MisfitField, role: Role) => {
    if ((await privacy.sight(role)).personal) return;
    const { traits, events } = await port().show();
    const known = field.event === '' ? traits : events.find(({ type }) => type === field.event)?.properties;
    if (known?.find((one) => one.name === field.name)?.pii)
      throw new ServerError(403, 'role', `${field.name} is personal: the role ${role} may not say that it is not`);
  };
  const there = (was: boolean, what: string) => {
    if (!was) throw notFound(what);
    return undefined;
  };

  endpoint(
    app,
    { method: 'get', path, tag, summary: 'Traits and event types, declared and inferred', answer: schemaShape },
    () => port().show(),
  );

  endpoint(
    app,
    {
      method: 'put',
      path,
      tag,
      summary: 'Closes the schema to what it does not have, or opens it',
      body: closeSchemaShape,
      answer: schemaShape,
    },
    async ({ body: { closed }, actor }) => {
      await port().close(closed, actor);
      return port().show();
    },
  );

  endpoint(
    app,
    {
      method: 'put',
      path: trait,
      tag,
      summary: 'Declares a trait; from now on what is of another type is kept aside',
      params: z.object({ name }),
      body: declareAttributeShape,
      errors: [422],
    },
    async ({ params, body, actor, role }) => {
      const field = { event: '', name: params.name };
      if (body.pii === false) await expectMayReveal(field, role);
      await port().declareAttribute(field, body, actor);
      return undefined;
    },
  );

  endpoint(
    app,
    {
      method: 'delete',
      path: trait,
      tag,
      summary: 'Takes back what was said of a trait; one that is inferred alone is forgotten',
      params: z.object({ name }),
      errors: [404],
    },
    async ({ params, actor, role }) => {
      const field = { event: '', name: params.name };
      await expectMayReveal(field, role);
      return there(await port().undeclareAttribute(field, actor), `trait ${params.name}`);
    },
  );

  endpoint(
    app,
    {
      method: 'put',
      path: event,
      tag,
      summary: 'Declares an event type; its events are of the category that is said here',
      params: z.object({ type: name }),
      body: declareEventShape,
      errors: [422],
    },
    async ({ params, body, actor }) => {
      await port().declareEvent(params.type, body, actor);
      return undefined;
    },
  );

  endpoint(
    app,
    {
      method: 'delete',
      path: event,
      tag,
      summary: 'Takes back what was said of an event type; one that is inferred alone is forgotten with its properties',
      params: z.object({ type: name }),
      errors: [404],
    },
    async ({ params, actor }) => there(await port().undeclareEvent(params.type, actor), `event type ${params.type}`),
  );

  endpoint(
    app,
    {
      method: 'put',
      path: property,
      tag,
      summary: 'Declares a property of an event type',
      params: z.object({ type: name, name }),
      body: declareAttributeShape,
      errors: [422],
    },
    async ({ params, body, actor, role }) => {
      const field = { event: params.type, name: params.name };
      if (body.pii === false) await expectMayReveal(field, role);
      await port().declareAttribute(field, body, actor);
      return undefined;
    },
  );

  endpoint(
    app,
    {
      method: 'delete',
      path: property,
      tag,
      summary: 'Takes back what was said of a property',
      params: z.object({ type: name, name }),
      errors: [404],
    },
    async ({ params, actor, role }) => {
      const field = { event: params.type, name: params.name };
      await expectMayReveal(field, role);
      return there(await port().undeclareAttribute(field, actor), `property ${params.name} of ${params.type}`);
    },
  );

  endpoint(
    app,
    {
      method: 'get',
      path: `${path}/misfits`,
      tag,
      summary: 'Values that did not fit, counted a field, with the latest of them',
      query: z.object({
        event: name.optional(),
        name: name.optional(),
        limit: z.coerce.number().int().min(0).max(500).default(5),
      }),
      answer: z.array(misfitsShape),
    },
    async ({ query: { event: of, name: field, limit }, role }) => {
      const sight = await privacy.sight(role);
      const found = await port().misfits({
        limit,
        ...(of === undefined ? {} : { event: of }),
        ...(field === undefined ? {} : { name: field }),
      });
      return found.map(({ personal, samples, ...misfits }) => ({
        ...misfits,
        samples: samples.map((sample) =>
          personal && !sight.personal ? { ...sample, value: hidden, hidden: true } : { ...sample, hidden: false },
        ),
      }));
    },
  );

  endpoint(
    app,
    {
      method: 'post',
      path: `${path}/misfits/take-in`,
      tag,
      summary: 'Takes in what fits by now, the oldest first, where no newer value has come',
      body: misfitFieldShape,
      answer: takenInShape,
    },
    ({ body, actor }) => port().takeIn(body, actor),
  );

  endpoint(
    app,
    {
      method: 'post',
      path: `${path}/misfits/discard`,
      tag,
      summary: 'Forgets the misfits of a field',
      body: misfitFieldShape,
      answer: discardedShape,
    },
    async ({ body, actor }) => ({ discarded: await port().discard(body, actor) }),
  );

  endpoint(
    app,
    {
      method: 'get',
      path: `${path}/audit`,
      tag,
      summary: 'Who has changed the schema, the latest first',
      query: z.object({ limit: z.coerce.number().int().min(1).max(1000).default(100) }),
      answer: z.array(auditShape),
    },
    async ({ query }) => [...(await port().audit(query.limit))],
  );
}
