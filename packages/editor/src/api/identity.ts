import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api, query } from './client.ts';
import type { JsonObject } from './contract.ts';

export type Agreement = 'agrees' | 'similar' | 'differs' | 'one';
export type Decision = 'merge' | 'apart';

export interface ProposalSide {
  id: number;
  createdAt: string;
  traits: JsonObject;
  identities: { kind: string; value: string }[];
  events: number;
  /** How many loops it is in. */
  live: number;
}

/** Two customers who may be one. */
export interface Proposal {
  customer: ProposalSide;
  other: ProposalSide;
  score: number;
  why: string;
  at: string;
  fields: { trait: string; agreement: Agreement }[];
}

interface ProposalPage {
  total: number;
  proposals: Proposal[];
  next: string | null;
}

export interface DecidedProposal {
  customer: number;
  other: number;
  score: number;
  why: string;
  state: 'merged' | 'apart';
  decidedAt: string;
  decidedBy: string;
}

export const identityForms = ['exact', 'case-insensitive', 'email', 'phone', 'digits'] as const;
export type IdentityForm = (typeof identityForms)[number];
export type MergeRule = 'never' | 'anonymous' | 'always';

export interface IdentityKind {
  kind: string;
  form: IdentityForm;
  limit: number | null;
  merge: MergeRule;
}

/** Who is who: the kinds of keys, the one that counts most first, and from which likeness on two are one. */
export interface IdentityPolicy {
  country: string;
  kinds: IdentityKind[];
  blocked: string[];
  email: { dropTags: boolean; dropDotsAt: string[] };
  likeness: { merge: number; propose: number; dates: 'dayFirst' | 'monthFirst' };
}

export const proposalsQuery = infiniteQueryOptions({
  queryKey: ['proposals'],
  queryFn: ({ pageParam }) => api<ProposalPage>(`/api/identity/proposals${query({ limit: 20, after: pageParam })}`),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (page) => page.next ?? undefined,
  // A decision takes a proposal away here; asked again, those that were skipped would come back in between.
  staleTime: Number.POSITIVE_INFINITY,
  refetchOnMount: 'always',
});

/** How many are open, for whoever passes by. */
export const openProposalsQuery = queryOptions({
  queryKey: ['proposal-count'],
  queryFn: async () => (await api<ProposalPage>('/api/identity/proposals?limit=1')).total,
  staleTime: 30_000,
});

export const decisionsQuery = queryOptions({
  queryKey: ['decisions'],
  queryFn: () => api<DecidedProposal[]>('/api/identity/decisions?limit=200'),
});

export const identityPolicyQuery = queryOptions({
  queryKey: ['identity-policy'],
  queryFn: () => api<IdentityPolicy>('/api/identity/policy'),
});

export const decide = (customer: number, other: number, decision: Decision) =>
  api<{ survivor: number | null }>(`/api/identity/proposals/${customer}/${other}`, { json: { decision } });

export const decideAll = (above: number, decision: Decision, dryRun: boolean) =>
  api<{ count: number }>('/api/identity/proposals', { json: { above, decision, dryRun } });

/** A search for duplicates over the whole base. */
export interface Organizing {
  startedAt: string;
  endedAt: string | null;
  actor: string;
  customers: number | null;
  merged: number;
  proposed: number;
  error: string | null;
}

/** While one is under way it is asked again every other second. */
export const organizingQuery = queryOptions({
  queryKey: ['organizing'],
  queryFn: () => api<Organizing | null>('/api/identity/organize'),
  refetchInterval: ({ state }) => (state.data && state.data.endedAt === null ? 2_000 : false),
});

export const organize = () => api<Organizing>('/api/identity/organize', { method: 'POST' });
