import { z } from '@hono/zod-openapi';
import type { App } from '../endpoint.ts';
import { endpoint } from '../endpoint.ts';
import type { ServerPorts } from '../ports.ts';
import { notFound } from '../server-error.ts';
import {
  callAnswerShape,
  erasureShape,
  personChangedShape,
  personChangeShape,
  personExportShape,
} from '../shapes/person.ts';
import { privacyPolicyShape } from '../shapes/privacy.ts';

const params = z.object({ id: z.coerce.number().int().positive() });

/** What is done to one customer: corrected, called, taken along, erased. */
export function personRoutes(app: App, { customers, privacy }: ServerPorts): void {
  const tag = 'Customers';
  const there = <T>(answer: T | undefined, what: number | string): T => {
    if (answer === undefined) throw notFound(typeof what === 'number' ? `customer ${what}` : what);
    return answer;
  };

  endpoint(
    app,
    {
      method: 'post',
      path: '/api/customers/find',
      tag,
      summary: 'Whom a key names: #12, email:ann@example.com, or a value of any kind',
      body: z.strictObject({ key: z.string().trim().min(1).max(600) }),
      answer: z.object({ id: z.int() }),
      errors: [404, 409],
    },
    async ({ body: { key } }) => ({ id: there(await customers.find(key), 'customer known by this key') }),
  );

  endpoint(
    app,
    {
      method: 'post',
      path: '/api/customers/{id}',
      tag,
      summary: 'Corrects traits, adds identities, a note, consents or relationships; all of it is in the history',
      params,
      body: personChangeShape,
      answer: personChangedShape,
      errors: [404],
    },
    async ({ params: { id }, body, actor }) => ({
      refused: [...there(await customers.change(id, body, actor), id)],
    }),
  );

  endpoint(
    app,
    {
      method: 'post',
      path: '/api/customers/{id}/calls',
      tag,
      summary: 'How a call of a call list went: an event that loops can wait for',
      params,
      body: callAnswerShape,
      errors: [404, 409],
    },
    async ({ params: { id }, body, actor }) => {
      there(await customers.answerCall(id, body, actor), id);
      return undefined;
    },
  );

  endpoint(
    app,
    {
      method: 'post',
      path: '/api/customers/{id}/export',
      tag,
      summary: 'All that is known of one person as one document; that it was taken is written down',
      params,
      answer: personExportShape,
      role: 'admin',
      errors: [404],
    },
    async ({ params: { id }, actor }) => there(await customers.exportPerson(id, actor), id),
  );

  endpoint(
    app,
    {
      method: 'post',
      path: '/api/customers/{id}/erase',
      tag,
      summary: 'Takes away all that names or describes a person, for good; with dryRun only counts it',
      params,
      body: z.strictObject({ dryRun: z.boolean().default(true) }),
      answer: erasureShape,
      role: 'admin',
      errors: [404, 409],
    },
    async ({ params: { id }, body, actor }) => there(await customers.erase(id, body, actor), id),
  );

  endpoint(
    app,
    {
      method: 'get',
      path: '/api/privacy',
      tag,
      summary: 'What each role may see of a person',
      answer: privacyPolicyShape,
    },
    () => privacy.read(),
  );

  endpoint(
    app,
    {
      method: 'put',
      path: '/api/privacy',
      tag,
      summary: 'Sets what each role may see of a person; it holds at once',
      body: privacyPolicyShape,
      answer: privacyPolicyShape,
      role: 'admin',
    },
    async ({ body, actor }) => {
      await privacy.write(body, actor);
      return privacy.read();
    },
  );
}
