import { parseInstant } from '../rule/instant.ts';
import type { ShownEvent } from './show-events.ts';

/** Something that was begun and is not over: an invoice that is not paid, a request that is not answered. */
export interface OpenItem {
  /** What it is known by in its events, where they name it. */
  key: string | null;
  type: string;
  since: number;
  due: number | null;
  late: boolean;
  properties: ShownEvent['properties'];
}

const keys = {
  payment: ['invoice', 'invoiceId', 'invoice_id', 'invoiceNumber', 'bill', 'order', 'orderId', 'order_id'],
  service: ['ticket', 'ticketId', 'ticket_id', 'case', 'caseId', 'case_id', 'requestId', 'request_id', 'complaintId'],
} as const;

/** Words of an event's type that say how it stands. The ends are asked first: a `reminder paid` is over. */
const over =
  /^(paid|received|complet|succeed|success|settled|cleared|closed|clos|resolv|solved|done|answered|cancel|refund|withdraw|reversed)/;
const begun =
  /^(open|creat|issued|sent|due|raised|report|request|reminder|reminded|fail|late|overdue|escalat|reopen|dunning|charge)/;
const late = /^(fail|late|overdue|reminder|reminded|dunning)/;

const wordsOf = (type: string): string[] =>
  type
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);

/**
 * What is open at this instant, oldest first, from events newest first. Events of one thing carry the same key; without one
 * they belong together when their types share a word besides the one that says how it stands: `ticket opened`, `ticket closed`.
 */
export function openItems(category: 'payment' | 'service', events: readonly ShownEvent[], now: number): OpenItem[] {
  const open = new Map<string, OpenItem>();
  for (const { type, time, properties } of events.toReversed()) {
    const words = wordsOf(type);
    const state = words.find((word) => over.test(word)) ?? words.find((word) => begun.test(word));
    if (state === undefined) continue;
    const name = keys[category].find((each) => isKey(properties[each]));
    const key = name === undefined ? null : String(properties[name]);
    const thing = words.find((word) => !over.test(word) && !begun.test(word)) ?? category;
    const id = key === null ? `thing ${thing}` : `key ${key}`;
    if (over.test(state)) {
      open.delete(id);
      continue;
    }
    const due = instantOf(properties.due ?? properties.dueDate ?? properties.due_date ?? properties.dueAt);
    const before = open.get(id);
    open.set(id, {
      key,
      type,
      since: before?.since ?? time,
      due: due ?? before?.due ?? null,
      late: (category === 'payment' && late.test(state)) || (before?.late ?? false),
      properties: { ...before?.properties, ...properties },
    });
  }
  return [...open.values()].map((item) => ({ ...item, late: item.late || (item.due !== null && item.due < now) }));
}

const isKey = (value: unknown): value is string | number =>
  (typeof value === 'string' && value !== '') || typeof value === 'number';

const instantOf = (value: unknown): number | undefined =>
  typeof value === 'number' ? value : typeof value === 'string' ? parseInstant(value) : undefined;
