import { queryOptions } from '@tanstack/react-query';
import { api } from './client.ts';

/** The rules over all loops, asked at the moment of sending. Times of day are the customer's own. */
export interface ContactPolicy {
  marketingPurposes: string[];
  caps: { channel: string; per: 'day' | 'week'; max: number; beyond: 'suppress' | 'hold' }[];
  quietHours: { channel: string; from: string; to: string; days: number[] }[];
  complaints: { opened: string[]; closed: string[]; atMost: string } | null;
}

export type Role = 'admin' | 'operator' | 'viewer';

export interface ApiToken {
  digest: string;
  name: string;
  role: Role;
  createdAt: string;
  expiresAt?: string;
  usedAt?: string;
}

export const policyQuery = queryOptions({ queryKey: ['policy'], queryFn: () => api<ContactPolicy>('/api/policy') });

export const tokensQuery = queryOptions({ queryKey: ['tokens'], queryFn: () => api<ApiToken[]>('/api/tokens') });
