import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { RuleGroup } from '@osicam/engine/rule';
import { api, query } from './client.ts';
import type { CustomerRow, JsonObject } from './contract.ts';

/** A named group of customers. */
export interface Segment {
  id: string;
  name: string;
  rule: JsonObject;
  updatedAt: string;
  /** Null while its membership is being filled for the first time. */
  count: number | null;
  typology: string | null;
  uses: {
    loops: { id: string; name: string; published: boolean }[];
    segments: { id: string; name: string }[];
  };
}

/** Customers whom somebody has named one by one. */
export interface StaticList {
  id: string;
  name: string;
  count: number;
  createdAt: string;
  updatedAt: string;
}

export interface ListChange {
  changed: number;
  unchanged: number;
  unknown: string[];
}

export interface SegmentPreview {
  count: number;
  total: number;
  sample: CustomerRow[];
  seconds: number;
}

export interface SegmentOverlap {
  id: string;
  name: string;
  own: number;
  other: number;
  both: number;
}

const at = (id: string) => `/api/segments/${encodeURIComponent(id)}`;

export const segmentsQuery = queryOptions({
  queryKey: ['segments'],
  queryFn: () => api<Segment[]>('/api/segments'),
  staleTime: 10_000,
});

export const segmentQuery = (id: string) =>
  queryOptions({ queryKey: ['segments', id], queryFn: () => api<Segment>(at(id)), staleTime: 0 });

/** Whom a rule would select. What is overtaken by the next keystroke is not waited for. */
export const previewQuery = (rule: RuleGroup, id: string | undefined) =>
  queryOptions({
    queryKey: ['segment-preview', id, JSON.stringify(rule)],
    queryFn: ({ signal }) =>
      api<SegmentPreview>('/api/segments/preview', { json: { rule, ...(id ? { id } : {}) }, signal }),
    placeholderData: keepPreviousData,
    staleTime: 5_000,
    retry: false,
  });

export const overlapQuery = (id: string) =>
  queryOptions({
    queryKey: ['segments', id, 'overlap'],
    queryFn: () => api<SegmentOverlap[]>(`${at(id)}/overlap`),
    staleTime: 10_000,
  });

export const membersQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: ['segments', id, 'members'],
    queryFn: ({ pageParam }) =>
      api<{ members: (CustomerRow & { since: string })[]; next: string | null }>(
        `${at(id)}/members${query({ after: pageParam, limit: 50 })}`,
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  });

export const listsQuery = queryOptions({
  queryKey: ['lists'],
  queryFn: () => api<StaticList[]>('/api/lists'),
  staleTime: 10_000,
});
