import type { ImportColumn, ImportMapping } from '../../api/imports.ts';

/** What a column can become, in the order in which it is offered. */
export const uses = [
  'trait',
  'identity',
  'time',
  'property',
  'messageId',
  'consent',
  'relationship',
  'ignore',
] as const;
export type Use = (typeof uses)[number];

/** What somebody wants of a column. Left out: as it is found. */
export interface ColumnPlan {
  use: Use;
  /** Of a trait or a property; the column's own unless told. */
  name?: string;
  type?: string;
  format?: string;
  currency?: string;
  /** Of an identity or a relationship. */
  kind?: string;
  channel?: string;
  purpose?: string;
}

export type Plans = Readonly<Record<string, ColumnPlan>>;

/** How the file is written, where that is not found by itself. */
export interface FileReading {
  encoding?: string;
  delimiter?: string;
  decimal?: string;
  header?: boolean;
}

/** What is found of a column before anybody has said anything. */
export const foundPlan = ({ identity }: ImportColumn): ColumnPlan =>
  identity === undefined ? { use: 'trait' } : { use: 'identity', kind: identity };

const datesBy = /date|time|_at$|^at$|when|datum|zeit|created|ordered|purchased/i;
const idLike = /(^|[_ .-])(order|transaction|event|invoice|message)?[_ .-]*(id|nr|no|number|uuid)$/i;

/** What columns probably are once each row is an event: its time, its own id, and else properties. */
export function plansOfEvents(columns: readonly ImportColumn[], rows: number, plans: Plans): Plans {
  const next: Record<string, ColumnPlan> = { ...plans };
  const isDate = ({ type, dates }: ImportColumn) => type === 'date' || (dates?.length ?? 0) > 0;
  const time =
    columns.find(isDate) ?? columns.find(({ name, examples }) => datesBy.test(name) && looksLikeDays(examples));
  for (const column of columns) {
    const { name, identity, dates, examples } = column;
    if (plans[name] || identity !== undefined) continue;
    if (name === time?.name) {
      const format = looksLikeDays(examples) ? 'yyyyMMdd' : dates?.[0];
      next[name] = { use: 'time', ...(format ? { format } : {}) };
    } else if (idLike.test(name) && rows > 1 && column.distinct === rows && column.missing === 0)
      next[name] = { use: 'messageId' };
    else next[name] = { use: 'property' };
  }
  return next;
}

const looksLikeDays = (examples: readonly string[]): boolean =>
  examples.length > 0 && examples.every((text) => /^(19|20)\d{2}(0[1-9]|1[0-2])([0-2]\d|3[01])$/.test(text));

/** Without what only an event has. */
export const plansWithoutEvents = (plans: Plans): Plans =>
  Object.fromEntries(Object.entries(plans).filter(([, { use }]) => !['time', 'property', 'messageId'].includes(use)));

/** The mapping document of what was chosen, as `osicam import --map` takes it too. */
export function toMapping(
  columns: readonly ImportColumn[],
  plans: Plans,
  { eventType, reading }: { eventType: string | undefined; reading: FileReading },
): ImportMapping {
  const wishes: [string, unknown][] = [];
  const properties: [string, unknown][] = [];
  const relationships: unknown[] = [];
  let time: unknown;
  let messageId: unknown;
  for (const { name: column } of columns) {
    const plan = plans[column];
    if (!plan) continue;
    const { use, kind, channel, purpose } = plan;
    const written = readingOf(plan);
    const value = Object.keys(written).length > 0 ? { column, ...written } : column;
    if (use === 'ignore') wishes.push([column, 'ignore']);
    else if (use === 'trait') wishes.push([column, { trait: plan.name?.trim() || column, ...written }]);
    else if (use === 'identity') wishes.push([column, { identity: kind?.trim() || 'key' }]);
    else if (use === 'time') time = value;
    else if (use === 'property') properties.push([plan.name?.trim() || column, value]);
    else if (use === 'messageId') messageId = column;
    else if (use === 'consent')
      wishes.push([
        column,
        { trait: false, consent: { channel: channel?.trim() || 'email', purpose: purpose?.trim() || 'marketing' } },
      ]);
    else relationships.push({ kind: kind?.trim() || 'account', key: column });
  }
  const event =
    eventType === undefined
      ? undefined
      : {
          type: eventType.trim() || 'order',
          ...(time === undefined ? {} : { time }),
          ...(messageId === undefined ? {} : { messageId }),
          properties: Object.fromEntries(properties),
        };
  return {
    ...reading,
    ...(wishes.length > 0 ? { columns: Object.fromEntries(wishes) } : {}),
    ...(event ? { events: [event] } : {}),
    ...(relationships.length > 0 ? { relationships } : {}),
  };
}

function readingOf({ type, format, currency }: ColumnPlan): Record<string, string> {
  if (type === 'money') return { type, currency: currency?.trim().toUpperCase() || 'EUR' };
  return { ...(type ? { type } : {}), ...(format?.trim() ? { format: format.trim() } : {}) };
}
