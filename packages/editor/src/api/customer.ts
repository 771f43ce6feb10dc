import type { Category } from '@osicam/engine/loop';
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api, query } from './client.ts';
import type { Json, JsonObject } from './contract.ts';

export interface ShownEvent {
  type: string;
  time: string;
  properties: JsonObject;
}

/** The events of one kind of information: how many, the latest, and the figures of each type. */
export interface EventsOfKind {
  total: number;
  latest: ShownEvent[];
  types: {
    type: string;
    category: Category;
    count: number;
    first: string;
    last: string;
    sum?: { property: string; currency: string | null; value: number; of: number };
  }[];
}

export interface ShownConsent {
  channel: string;
  purpose: string;
  at: string;
  granted: boolean;
  source: string;
  proof: string | null;
  textVersion: string | null;
  /** The wording, where its version is known. */
  text: string | null;
}

export interface OpenItem {
  key: string | null;
  type: string;
  since: string;
  due: string | null;
  late: boolean;
  properties: JsonObject;
}

export interface ShownGroup {
  kind: string;
  key: string;
  traits: JsonObject;
  from: string;
  to: string | null;
  source: string;
  members: { id: number; name: string | null; from: string; to: string | null }[];
  others: number;
}

export interface CallTask {
  key: string;
  loop: string;
  loopName: string;
  node: string;
  list: string;
  phone: string;
  name: string | null;
  script: string;
  priority: string;
  due: string | null;
  createdAt: string;
  left: boolean;
  attempts: { at: string; outcome: string; note: string | null }[];
}

export interface ShownMerge {
  customer: number;
  into: number;
  at: string;
  why: string;
  actor: string;
  score: number | null;
  undoneAt: string | null;
}

export interface ShownEnrollment {
  customer: number;
  n: number;
  loop: string;
  loopName: string;
  version: number;
  enteredAt: string;
  endedAt: string | null;
  /** Why it ended, where it did not come to an end of the drawing. */
  outcome: 'goal' | 'exit' | 'cancelled' | 'merged' | null;
  entry: string;
  parked: string | null;
  /** `port`: its place in the node's list; -1 began to wait, -2 was parked, -3 was merged away, -5 was put there by somebody, -6 left the loop there, -7 was woken while the loop was paused. */
  steps: {
    at: string;
    turn: number;
    node: string;
    name?: string;
    port: number;
    portId?: string;
    until: string | null;
  }[];
}

/** The one view of a customer. */
export interface CustomerView {
  id: number;
  createdAt: string;
  updatedAt: string;
  traits: JsonObject;
  attributes: Record<string, { category: Category; label: string | null; pii: boolean }>;
  identities: { kind: string; value: string }[];
  consents: ShownConsent[];
  consentHistory: ShownConsent[];
  events: Record<Category, EventsOfKind>;
  open: { payment: OpenItem[]; service: OpenItem[] };
  segments: { id: string; name: string; since: string; typology: string | null }[];
  lists: { id: string; name: string; addedAt: string; source: string }[];
  groups: ShownGroup[];
  tasks: CallTask[];
  enrollments: ShownEnrollment[];
  messages: {
    customer: number;
    loop: string;
    node: string;
    turn: number;
    status: string;
    createdAt: string;
    settledAt: string | null;
    address: string;
    body: JsonObject;
    cost: number;
    detail: string | null;
  }[];
  messageCounts: Record<string, number>;
  history: { customer: number; at: string; source: string; before: JsonObject; after: JsonObject }[];
  merges: ShownMerge[];
  /** Whether one's role does not see all of it. */
  hidden: boolean;
}

export const timelineKinds = [
  'basic',
  'order',
  'payment',
  'service',
  'contact',
  'analysis',
  'message',
  'step',
  'trait',
  'consent',
  'relationship',
  'segment',
  'merge',
] as const;
export type TimelineKind = (typeof timelineKinds)[number];

interface InLoop {
  loop: string;
  loopName: string;
  version: number;
}

export type TimelineEntry = { at: string } & (
  | { what: 'event'; kind: Category; type: string; properties: JsonObject }
  | {
      what: 'message';
      kind: 'message';
      key: string;
      channel: string;
      status: string;
      settledAt: string | null;
      loop: string;
      node: string;
      turn: number;
      address: string;
      body: JsonObject;
      detail: string | null;
    }
  | ({
      what: 'steps';
      kind: 'step';
      turn: number;
      steps: { node: string; name?: string; port: number; portId?: string }[];
      until: string | null;
    } & InLoop)
  | ({
      what: 'entered-loop' | 'left-loop';
      kind: 'step';
      node: string;
      nodeName?: string;
      outcome: string | null;
    } & InLoop)
  | { what: 'created'; kind: 'trait' }
  | { what: 'changed'; kind: 'trait'; source: string; before: JsonObject; after: JsonObject }
  | {
      what: 'consent';
      kind: 'consent';
      channel: string;
      purpose: string;
      granted: boolean;
      source: string;
      proof: string | null;
      textVersion: string | null;
    }
  | { what: 'joined' | 'parted'; kind: 'relationship'; group: { kind: string; key: string }; source: string }
  | { what: 'entered-segment'; kind: 'segment'; segment: { id: string; name: string } }
  | { what: 'listed'; kind: 'segment'; list: { id: string; name: string }; source: string }
  | {
      what: 'merged' | 'unmerged';
      kind: 'merge';
      customer: number;
      into: number;
      why: string;
      actor: string;
      score: number | null;
    }
);

const at = (id: string | number) => `/api/customers/${encodeURIComponent(id)}`;

export const customerQuery = (id: string) =>
  queryOptions({ queryKey: ['customer', id], queryFn: () => api<CustomerView>(at(id)) });

export const timelineQuery = (id: string | number, kinds: readonly string[]) =>
  infiniteQueryOptions({
    queryKey: ['customer', String(id), 'timeline', kinds.join(',')],
    queryFn: ({ pageParam, signal }) =>
      api<{ entries: TimelineEntry[]; next: string | null }>(
        `${at(id)}/timeline${query({ kinds: kinds.length > 0 ? kinds.join(',') : undefined, after: pageParam, limit: 40 })}`,
        { signal },
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  });

/** What somebody corrects or adds; what of it was refused, in words. */
export interface PersonChange {
  traits?: Record<string, Json>;
  identities?: { kind: string; value: string }[];
  note?: string;
  consents?: { channel: string; purpose: string; granted: boolean; proof?: string; textVersion?: string }[];
}

export const changeCustomer = (id: number, change: PersonChange) =>
  api<{ refused: string[] }>(at(id), { json: change });

export const callOutcomes = [
  { value: 'reached', label: 'Reached' },
  { value: 'not-reached', label: 'Nobody answered' },
  { value: 'call-back', label: 'Call back later' },
  { value: 'refused', label: 'Refused' },
  { value: 'wrong-number', label: 'Wrong number' },
] as const;

export const answerCall = (id: number, answer: { task: string; outcome: string; note?: string }) =>
  api<void>(`${at(id)}/calls`, { json: answer });

export const exportCustomer = (id: number) => api<JsonObject>(`${at(id)}/export`, { method: 'POST' });

export const eraseCustomer = (id: number, dryRun: boolean) =>
  api<{ customer: number; dryRun: boolean; counts: Record<string, number> }>(`${at(id)}/erase`, { json: { dryRun } });

export const unmergeCustomer = (id: number) => api<unknown>(`${at(id)}/unmerge`, { method: 'POST' });
