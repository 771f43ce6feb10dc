import { z } from '@hono/zod-openapi';
import { identityPolicySchema } from '../../plugin/identity/policy.ts';
import { instant } from './instant.ts';

export const identityPolicyShape = z.strictObject(identityPolicySchema.shape).openapi('IdentityPolicy');

const json = z.record(z.string(), z.unknown());

const side = z
  .object({
    id: z.int(),
    createdAt: instant,
    traits: json,
    identities: z.array(z.object({ kind: z.string(), value: z.string() })),
    events: z.int(),
    live: z.int().openapi({ description: 'how many loops it is in' }),
  })
  .openapi('ProposalSide');

export const proposalShape = z
  .object({
    customer: side,
    other: side,
    score: z.number().openapi({ description: 'how certain it is that the two are one, between 0 and 1' }),
    why: z.string(),
    at: instant,
    fields: z.array(z.object({ trait: z.string(), agreement: z.enum(['agrees', 'similar', 'differs', 'one']) })),
  })
  .openapi('Proposal');

export const proposalPageShape = z
  .object({ total: z.int(), proposals: z.array(proposalShape), next: z.string().nullable() })
  .openapi('ProposalPage');
export type ProposalPage = z.output<typeof proposalPageShape>;

export const decidedProposalShape = z
  .object({
    customer: z.int(),
    other: z.int(),
    score: z.number(),
    why: z.string(),
    state: z.enum(['merged', 'apart']),
    decidedAt: instant,
    decidedBy: z.string(),
  })
  .openapi('DecidedProposal');
export type DecidedProposal = z.output<typeof decidedProposalShape>;

export const decisionShape = z.strictObject({ decision: z.enum(['merge', 'apart']) });

export const bulkDecisionShape = z.strictObject({
  decision: z.enum(['merge', 'apart']),
  above: z.number().min(0).max(1).openapi({ description: 'open proposals of this certainty or more' }),
  dryRun: z.boolean().default(false),
});

export const unmergedShape = z
  .object({
    customer: z.int(),
    from: z.int().openapi({ description: 'who it was part of' }),
    given: z.object({
      identities: z.int(),
      events: z.int(),
      consents: z.int(),
      relationships: z.int(),
      lists: z.int(),
      traits: z.int(),
      enrollments: z.int(),
    }),
    left: z.array(z.string()).openapi({ description: 'what could not be given back, in words' }),
  })
  .openapi('Unmerged');
export type Unmerged = z.output<typeof unmergedShape>;

export const organizingShape = z
  .object({
    startedAt: instant,
    endedAt: instant.nullable(),
    actor: z.string(),
    customers: z.int().nullable().openapi({ description: 'how many were looked at, once that is known' }),
    merged: z.int(),
    proposed: z.int(),
    error: z.string().nullable(),
  })
  .openapi('Organizing');
export type Organizing = z.output<typeof organizingShape>;
