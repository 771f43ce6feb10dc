import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api, query } from './client.ts';
import type {
  CustomerPage,
  Fields,
  Learning,
  LoopDetail,
  LoopSummary,
  Mail,
  MailSummary,
  Me,
  MessageRow,
  NodeTypeDescription,
  ParkedRow,
  Port,
  ReportRow,
} from './contract.ts';

export const meQuery = queryOptions({ queryKey: ['me'], queryFn: () => api<Me>('/api/me'), staleTime: 60_000 });

export const nodeTypesQuery = queryOptions({
  queryKey: ['nodes'],
  queryFn: () => api<NodeTypeDescription[]>('/api/nodes'),
  staleTime: 5 * 60_000,
});

export const fieldsQuery = queryOptions({
  queryKey: ['fields'],
  queryFn: () => api<Fields>('/api/fields'),
  staleTime: 30_000,
});

/** The ports of a node whose ports follow its settings; asked once a combination, since the answer never changes. */
export const portsQuery = (type: string, settings: Record<string, unknown>) =>
  queryOptions({
    queryKey: ['ports', type, JSON.stringify(settings)],
    queryFn: () => api<{ ports: Port[] }>('/api/nodes/ports', { json: { type, settings } }),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });

export const loopsQuery = queryOptions({
  queryKey: ['loops'],
  queryFn: () => api<LoopSummary[]>('/api/loops'),
  refetchInterval: 5_000,
});

/** When a schedule comes due next; settled for as long as a form is open. */
export const scheduleQuery = (cron: string, zone: string | undefined) =>
  queryOptions({
    queryKey: ['schedule', cron, zone],
    queryFn: () => api<{ zone: string; next: string[] }>(`/api/schedule${query({ cron, zone })}`),
    staleTime: 30_000,
    retry: false,
  });

const at = (id: string) => `/api/loops/${encodeURIComponent(id)}`;

export const loopQuery = (id: string) =>
  queryOptions({ queryKey: ['loop', id], queryFn: () => api<LoopDetail>(at(id)), staleTime: 0 });

export const reportsQuery = (id: string) =>
  queryOptions({
    queryKey: ['loop', id, 'reports'],
    queryFn: () => api<ReportRow[]>(`${at(id)}/reports`),
    refetchInterval: 5_000,
  });

export const learningsQuery = (id: string) =>
  queryOptions({
    queryKey: ['loop', id, 'learnings'],
    queryFn: () => api<Learning[]>(`${at(id)}/learnings`),
    refetchInterval: 5_000,
  });

export const parkedQuery = (id: string) =>
  queryOptions({
    queryKey: ['loop', id, 'parked'],
    queryFn: () => api<ParkedRow[]>(`${at(id)}/parked?limit=50`),
  });

export const customersQuery = (search: string) =>
  infiniteQueryOptions({
    queryKey: ['customers', search],
    queryFn: ({ pageParam, signal }) =>
      api<CustomerPage>(`/api/customers${query({ search, after: pageParam, limit: 50 })}`, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  });

export const messagesQuery = (filter: { loop?: string; status?: string }) =>
  infiniteQueryOptions({
    queryKey: ['messages', filter],
    queryFn: ({ pageParam, signal }) =>
      api<MessageRow[] | { messages: MessageRow[]; next: string | null }>(
        `/api/messages${query({ ...filter, after: pageParam, limit: pageOfMessages })}`,
        { signal },
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => {
      if (!Array.isArray(page)) return page.next ?? undefined;
      return page.length < pageOfMessages ? undefined : page.at(-1)?.key;
    },
    placeholderData: keepPreviousData,
  });
const pageOfMessages = 50;

export const inboxQuery = infiniteQueryOptions({
  queryKey: ['inbox'],
  queryFn: ({ pageParam }) =>
    api<{ mails: MailSummary[]; total: number }>(`/api/inbox${query({ after: pageParam, limit: pageOfMails })}`),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (page) => (page.mails.length < pageOfMails ? undefined : page.mails.at(-1)?.id),
  refetchInterval: 5_000,
});
const pageOfMails = 50;

export const mailQuery = (id: string) =>
  queryOptions({
    queryKey: ['inbox', id],
    queryFn: () => api<Mail>(`/api/inbox/${encodeURIComponent(id)}`),
    staleTime: Number.POSITIVE_INFINITY,
  });
