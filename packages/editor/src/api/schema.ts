import type { Category } from '@osicam/engine/loop';
import { queryOptions } from '@tanstack/react-query';
import { api } from './client.ts';
import type { Json } from './contract.ts';

export const attributeTypes = ['text', 'number', 'boolean', 'instant', 'list', 'object', 'any'] as const;
export type AttributeType = (typeof attributeTypes)[number];

/** A trait, or a property of an event type. */
export interface Attribute {
  name: string;
  type: AttributeType;
  declared: boolean;
  category: Category;
  label: string | null;
  description: string | null;
  pii: boolean;
  indexed: boolean;
  seenAt: string | null;
  came: AttributeType[];
  kinds: Partial<Record<AttributeType, number>>;
  share: number | null;
  values?: string[];
  misfits: number;
}

export interface EventType {
  type: string;
  declared: boolean;
  category: Category;
  label: string | null;
  description: string | null;
  seenAt: string | null;
  share: number | null;
  properties: Attribute[];
  misfits: number;
}

export interface CustomerSchema {
  closed: boolean;
  sampled: { customers: number; events: number };
  traits: Attribute[];
  events: EventType[];
}

export interface Misfits {
  event: string;
  name: string;
  count: number;
  samples: { customer: number; at: string; value: Json; source: string; hidden: boolean }[];
}

/** A trait, where `event` is empty, or a property of an event type. */
export interface Place {
  event: string;
  name: string;
}

export const schemaQuery = queryOptions({
  queryKey: ['schema'],
  queryFn: () => api<CustomerSchema>('/api/schema'),
  staleTime: 5_000,
});

export const misfitsQuery = queryOptions({
  queryKey: ['schema', 'misfits'],
  queryFn: () => api<Misfits[]>('/api/schema/misfits?limit=5'),
  staleTime: 5_000,
});

/** The address of a trait, a property, or an event type (with an empty name). */
export const addressOf = ({ event, name }: Place): string => {
  const of = `/api/schema/events/${encodeURIComponent(event)}`;
  if (event === '') return `/api/schema/traits/${encodeURIComponent(name)}`;
  return name === '' ? of : `${of}/properties/${encodeURIComponent(name)}`;
};
