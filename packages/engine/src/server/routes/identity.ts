import { z } from '@hono/zod-openapi';
import type { App } from '../endpoint.ts';
import { endpoint } from '../endpoint.ts';
import type { ServerPorts } from '../ports.ts';
import { hidden, traitsFor } from '../privacy.ts';
import type { Sight } from '../privacy.ts';
import { notFound } from '../server-error.ts';
import type { ProposalPage } from '../shapes/identity.ts';
import {
  bulkDecisionShape,
  decidedProposalShape,
  decisionShape,
  identityPolicyShape,
  organizingShape,
  proposalPageShape,
  unmergedShape,
} from '../shapes/identity.ts';

/** Who is who: the policy of keys and likeness, customers who may be one, and merges that are undone. */
export function identityRoutes(app: App, { identity, privacy }: ServerPorts): void {
  const tag = 'Identity';
  const path = '/api/identity';
  const port = () => {
    if (!identity) throw notFound('identity resolution in this installation');
    return identity;
  };

  endpoint(
    app,
    {
      method: 'get',
      path: `${path}/policy`,
      tag,
      summary: 'How keys and likeness tell who is who',
      answer: identityPolicyShape,
    },
    () => port().policy(),
  );

  endpoint(
    app,
    {
      method: 'put',
      path: `${path}/policy`,
      tag,
      summary: 'Sets the whole policy; it holds for what comes in from now on',
      body: identityPolicyShape,
      answer: identityPolicyShape,
      role: 'admin',
      errors: [422],
    },
    async ({ body, actor }) => {
      await port().writePolicy(body, actor);
      return port().policy();
    },
  );

  endpoint(
    app,
    {
      method: 'get',
      path: `${path}/proposals`,
      tag,
      summary: 'Customers who may be one, side by side, the most certain first',
      query: z.object({
        after: z.string().max(100).optional(),
        limit: z.coerce.number().int().min(1).max(100).default(20),
      }),
      answer: proposalPageShape,
    },
    async ({ query, role }) => pageFor(await privacy.sight(role), await port().proposals(query)),
  );

  endpoint(
    app,
    {
      method: 'get',
      path: `${path}/decisions`,
      tag,
      summary: 'Who decided what of proposals, the latest first',
      query: z.object({ limit: z.coerce.number().int().min(1).max(500).default(50) }),
      answer: z.array(decidedProposalShape),
    },
    async ({ query }) => [...(await port().decisions(query.limit))],
  );

  endpoint(
    app,
    {
      method: 'post',
      path: `${path}/proposals`,
      tag,
      summary: 'Decides all open proposals from a certainty on; a dry run counts them',
      body: bulkDecisionShape,
      answer: z.object({ count: z.int() }),
    },
    async ({ body, actor }) => ({ count: await port().decideAll(body, actor) }),
  );

  endpoint(
    app,
    {
      method: 'post',
      path: `${path}/proposals/{customer}/{other}`,
      tag,
      summary: 'Makes one customer of the two, or tells them apart for good',
      params: z.object({ customer: z.coerce.number().int().positive(), other: z.coerce.number().int().positive() }),
      body: decisionShape,
      answer: z.object({ survivor: z.int().nullable() }),
      errors: [404, 409],
    },
    async ({ params: { customer, other }, body, actor }) => {
      const decided = await port().decide(customer, other, body.decision, actor);
      if (!decided) throw notFound(`open proposal of customers ${customer} and ${other}`);
      return decided;
    },
  );

  endpoint(
    app,
    {
      method: 'get',
      path: `${path}/organize`,
      tag,
      summary: 'How the last search for customers who are one by likeness goes, or went',
      answer: organizingShape.nullable(),
    },
    () => port().organizing(),
  );

  endpoint(
    app,
    {
      method: 'post',
      path: `${path}/organize`,
      tag,
      summary: 'Looks through the whole base: merges who is certainly one, proposes who is nearly so',
      answer: organizingShape,
      role: 'admin',
      errors: [409],
    },
    ({ actor }) => port().organize(actor),
  );

  endpoint(
    app,
    {
      method: 'post',
      path: '/api/customers/{id}/unmerge',
      tag,
      summary: 'Undoes the merge by which a customer became part of another',
      params: z.object({ id: z.coerce.number().int().positive() }),
      answer: unmergedShape,
      errors: [404, 409],
    },
    async ({ params: { id }, actor }) => {
      const undone = await port().unmerge(id, actor);
      if (!undone) throw notFound(`customer ${id}`);
      return undone;
    },
  );
}

/** Whoever may not see who people are sees what agrees, and not what it is. */
function pageFor(sight: Sight, page: ProposalPage): ProposalPage {
  if (sight.personal) return page;
  const veiled = (side: ProposalPage['proposals'][number]['customer']) => ({
    ...side,
    traits: traitsFor(sight, side.traits),
    identities: side.identities.map(({ kind }) => ({ kind, value: hidden })),
  });
  return {
    ...page,
    proposals: page.proposals.map((one) => ({ ...one, customer: veiled(one.customer), other: veiled(one.other) })),
  };
}
