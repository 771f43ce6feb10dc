import { queryOptions } from '@tanstack/react-query';
import { api } from './client.ts';
import type { Json } from './contract.ts';

export type HookMapping = Record<string, unknown>;

export interface Hook {
  id: string;
  url: string;
  name: string;
  mapping: HookMapping;
  signed: boolean;
  createdAt: string;
  usedAt?: string;
}

export interface HookInput {
  name: string;
  mapping: HookMapping;
  secret?: string | null;
}

export interface TriedHook {
  records: { [name: string]: Json }[];
  rejects: { path: string; message: string }[];
  misfits: Record<string, number>;
}

export interface LastHookCall {
  at: string;
  status: number;
  message?: string;
  body: string;
  headers: Record<string, string>;
}

export const hooksQuery = queryOptions({ queryKey: ['hooks'], queryFn: () => api<Hook[]>('/api/hooks') });
