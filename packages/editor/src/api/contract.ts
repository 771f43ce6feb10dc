import type { Category, Loop, Problem } from '@osicam/engine/loop';

/** What the server's routes answer, as `/api/openapi.json` describes them. Instants are ISO 8601. */
export interface Clock {
  mode: 'live' | 'accelerated' | 'virtual';
  now: string;
  /** Engine milliseconds a real millisecond. */
  speed: number;
}

export interface Me {
  user: { id: string; name: string; email: string };
  role: 'viewer' | 'operator' | 'admin';
  installation: { version: string; demo: boolean };
  clock: Clock;
}

export interface Port {
  id: string;
  title?: string;
  terminal?: boolean;
}

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export interface NodeTypeDescription {
  type: string;
  stage: string;
  contract: 'source' | 'router' | 'writer' | 'channel' | 'wait' | 'report';
  title: string;
  description: string;
  ports: Port[];
  delivery?: string;
  settings: JsonObject;
}

export interface Fields {
  traits: {
    name: string;
    type: 'string' | 'number' | 'boolean' | 'instant' | 'mixed';
    values?: string[];
    label?: string;
    category?: Category;
  }[];
  events: { type: string; category: Category; properties: string[]; label?: string }[];
  /** The kinds of groups that customers belong to, with the traits of those groups. */
  groups?: { kind: string; traits: string[] }[];
}

export interface LoopSummary {
  id: string;
  name: string;
  revision: number;
  updatedAt: string;
  state: 'draft' | 'running' | 'paused' | 'archived';
  published: { version: number; publishedAt: string } | null;
  counts: { entered: number; waiting: number; parked: number; ended: number };
}

export interface LoopDetail {
  id: string;
  name: string;
  revision: number;
  document: Loop;
  problems: Problem[];
  published: { version: number; publishedAt: string; document: Loop; sameAsDraft: boolean } | null;
}

export interface NodeCounts {
  id: string;
  type: string;
  entered: number;
  ports: Record<string, number>;
  waiting: number;
  parked: number;
}

export interface Counts {
  loop: string;
  version: number;
  at: string;
  turns: number;
  nodes: NodeCounts[];
  messages: { sent: number; failed: number; unknown: number; suppressed: number };
}

export interface ReportRow {
  node: string;
  type: string;
  label: string;
  turn: number;
  at: string;
  figures: JsonObject;
}

export interface Learning {
  node: string;
  fromTurn: number;
  path: (string | number)[];
  value: Json;
  why: string;
  at: string;
}

export interface ParkedRow {
  customer: string | number;
  node: string;
  at: string;
  error: string;
}

export interface CustomerRow {
  id: string | number;
  name: string | null;
  email: string | null;
  phone: string | null;
  traits: JsonObject;
  updatedAt: string;
}

export interface CustomerPage {
  customers: CustomerRow[];
  next: string | null;
  total: number;
}

export interface MessageRow {
  key: string;
  customer: string | number;
  loop: string;
  node: string;
  turn: number;
  status: string;
  address: string;
  createdAt: string;
  settledAt: string | null;
  detail: string | null;
  body: JsonObject | null;
  attempts?: number;
  /** When it is due, for one that waits. */
  due?: string | null;
  /** The code of a suppression, which the detail says in words. */
  reason?: string | null;
}

export interface MailSummary {
  id: string;
  to: string;
  from: string;
  subject: string;
  at: string;
  preview: string;
}

export interface Mail extends MailSummary {
  text: string | null;
  html: string | null;
  headers: Record<string, string> | { name: string; value: string }[];
}
