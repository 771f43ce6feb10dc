import type { RuleGroup } from '@osicam/engine/rule';
import { queryOptions } from '@tanstack/react-query';
import { api } from './client.ts';

/** One thing by which customers are told apart. */
export type Feature =
  | { kind: 'trait'; name: string }
  | { kind: 'events'; event: string; figure: 'count' | 'sum' | 'recency'; property?: string; within?: string };

export type TypologySettings =
  | { method: 'rfm'; event: string; property?: string; within?: string }
  | { method: 'kmeans'; features: Feature[]; groups?: number }
  | { method: 'tree'; features: Feature[]; target: RuleGroup; depth?: number };

export interface GroupTrait {
  label: string;
  of: string;
  is: 'mean' | 'share';
  own: number;
  all: number;
  /** From all, in standard deviations. */
  distance: number;
}

export interface ProposedGroup {
  name: string;
  rule: RuleGroup;
  /** Of the customers that were looked at. */
  share: number;
  profile: GroupTrait[];
  /** Of a tree: for how many the rule holds. */
  target?: number;
}

export interface TypologyProposal {
  groups: ProposedGroup[];
  customers: number;
  fidelity: number;
  target?: number;
  seconds: number;
}

export interface Typology extends Omit<TypologyProposal, 'groups' | 'seconds'> {
  id: string;
  name: string;
  settings: TypologySettings;
  groups: (ProposedGroup & { segment: string })[];
  madeAt: string;
}

export const typologiesQuery = queryOptions({
  queryKey: ['typologies'],
  queryFn: () => api<Typology[]>('/api/typologies'),
  staleTime: 10_000,
});

export const proposeTypology = (settings: TypologySettings): Promise<TypologyProposal> =>
  api('/api/typologies/propose', { json: settings });
