import { queryOptions } from '@tanstack/react-query';
import { api } from './client.ts';

export type LegalBasis = 'consent' | 'legitimateInterest' | 'contract';

export interface Purpose {
  id: string;
  label: string;
  description: string;
  basis: LegalBasis;
  channels: string[];
  doubleOptIn: boolean;
}

export interface SubscribeForm {
  id: string;
  title: string;
  text: string;
  purposes: string[];
  thanks?: string;
}

/** What customers are asked about and told. */
export interface PermissionPolicy {
  organisation: string;
  imprint: string;
  from: string;
  language: string;
  channels: { id: string; label: string }[];
  purposes: Purpose[];
  forms: SubscribeForm[];
  optIn: { expires: string; mails: number; within: string };
  bounces: { soft: number; within: string };
  texts: Record<string, Record<string, string>>;
}

export interface PermissionState {
  policy: PermissionPolicy;
  publicURL: string | null;
  pending: number;
}

/** A wording that people agree to. From `usedAt` on it is never changed. */
export interface ConsentText {
  purpose: string;
  version: string;
  content: string;
  at: string;
  usedAt: string | null;
}

export interface Suppression {
  channel: string;
  hash: string;
  reason: 'bounce' | 'complaint' | 'erasure' | 'manual';
  at: string;
  source: string;
}

export interface SuppressionPage {
  suppressions: Suppression[];
  next: string | null;
  counts: { channel: string; reason: Suppression['reason']; count: number }[];
}

export const permissionQuery = queryOptions({
  queryKey: ['permission', 'policy'],
  queryFn: () => api<PermissionState>('/api/permission/policy'),
});

export const consentTextsQuery = queryOptions({
  queryKey: ['permission', 'texts'],
  queryFn: () => api<ConsentText[]>('/api/permission/texts'),
});

export const suppressionsQuery = (after: string | undefined) =>
  queryOptions({
    queryKey: ['permission', 'suppressions', after ?? ''],
    queryFn: () =>
      api<SuppressionPage>(
        `/api/permission/suppressions?limit=50${after === undefined ? '' : `&after=${encodeURIComponent(after)}`}`,
      ),
  });
