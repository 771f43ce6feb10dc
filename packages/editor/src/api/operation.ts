import type { RuleGroup } from '@osicam/engine/rule';
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, query } from './client.ts';

/** What `/api/loops/{id}` answers about the life of a loop and the people in it. Instants are ISO 8601. */
export type LoopLife = 'draft' | 'running' | 'paused' | 'archived';

export interface LoopStatus {
  loop: string;
  name: string;
  state: LoopLife;
  since: string;
  may: ('publish' | 'pause' | 'resume' | 'archive' | 'restore')[];
  versions: { version: number; publishedAt: string; turns: number; live: number; parked: number }[];
  nodes: { node: string; label: string; version: number; waiting: number; parked: number }[];
  messages: Record<'queued' | 'sending' | 'sent' | 'failed' | 'unknown' | 'suppressed', number>;
  nextDue: string | null;
}

export interface OverdueNode {
  node: string;
  label: string;
  version: number;
  arrived: number;
  overdue: number;
  messages: number;
}

export interface Overdue {
  loop: string;
  pausedAt: string | null;
  at: string;
  nodes: OverdueNode[];
  total: { arrived: number; overdue: number; messages: number };
}

export interface AuditEntry {
  seq: number;
  at: string;
  actor: string;
  action: string;
  detail: Record<string, unknown>;
}

/** Everything given must hold; nothing given means nobody, unless `all` says so. */
export interface Selection {
  all?: true;
  identities?: { kind: string; value: string }[];
  rule?: RuleGroup;
  node?: string;
  version?: number;
}

export interface Intervention {
  enrollments: number;
  entered?: number;
  messages?: number;
  dryRun: boolean;
}

export interface MigrationResult {
  to: number;
  dryRun: boolean;
  moves: {
    version: number;
    from: string;
    to: string | null;
    keep: boolean;
    customers: number;
    parked: number;
    awaitingReceipt: number;
  }[];
  missing: { version: number; node: string; customers: number }[];
  moved: number;
  ended: number;
}

export const at = (loop: string, what: string) => `/api/loops/${encodeURIComponent(loop)}/${what}`;

export const statusQuery = (loop: string) =>
  queryOptions({
    queryKey: ['loop', loop, 'status'],
    queryFn: () => api<LoopStatus>(at(loop, 'status')),
    refetchInterval: 3_000,
  });

export const overdueQuery = (loop: string) =>
  queryOptions({ queryKey: ['loop', loop, 'overdue'], queryFn: () => api<Overdue>(at(loop, 'overdue')), gcTime: 0 });

export const auditQuery = (loop: string) =>
  queryOptions({
    queryKey: ['loop', loop, 'audit'],
    queryFn: () => api<AuditEntry[]>(at(loop, `audit${query({ limit: 50 })}`)),
    refetchInterval: 5_000,
  });

/** Does something to a loop; what is shown of it is asked anew afterwards, done or refused. */
export function useAct<Input, Answer>(loop: string, what: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: Input) => api<Answer>(at(loop, what), { json: input ?? {} }),
    onSettled: () => {
      for (const queryKey of [['loop', loop], ['loops'], ['messages']]) void client.invalidateQueries({ queryKey });
    },
  });
}
