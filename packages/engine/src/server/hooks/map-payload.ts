import type { Json, JsonObject, SourceRecord } from '../../plugin/index.ts';
import { declaredColumns, RecordMapper, valueAt } from '../../plugin/index.ts';
import type { HookMapping } from './hook-mapping.ts';

export interface MappedPayload {
  records: SourceRecord[];
  /** Items that nothing could be made of, by their place in the payload. */
  rejects: { path: string; message: string }[];
  /** Values that are not of the type that the mapping says, and are kept as they came. */
  misfits: Record<string, number>;
}

/** The most records of one payload. */
const most = 2_500;

/**
 * What becomes of a payload. `key`: what makes it this one, so that it is stored once however often it is sent. Paths begin
 * at the item, those with `$.` before them at the whole payload, `$headers.` at the head of the request.
 */
export function mapPayload(
  mapping: HookMapping,
  payload: Json,
  { headers, now, key }: { headers: Readonly<Record<string, string>>; now: number; key: string },
): MappedPayload {
  const mapper = new RecordMapper(declaredColumns(mapping), mapping);
  const items = itemsOf(mapping, payload);
  const mapped: MappedPayload = { records: [], rejects: [], misfits: {} };
  if ('message' in items) return { ...mapped, rejects: [items] };
  const around = (name: string): Json | undefined => {
    if (name.startsWith('$headers.')) return headers[name.slice(9).toLowerCase()];
    return name.startsWith('$.') ? valueAt(payload, name.slice(2)) : undefined;
  };
  for (const { path, item } of items) {
    if (typeof item !== 'object' || item === null || Array.isArray(item)) {
      mapped.rejects.push({ path, message: `expected an object, got ${JSON.stringify(item).slice(0, 100)}` });
      continue;
    }
    const made = mapper.fromObject(item as JsonObject, { now, rowKey: `${key} ${path}`, around });
    if ('reason' in made) mapped.rejects.push({ path, message: made.reason });
    else mapped.records.push(made);
  }
  return { ...mapped, misfits: mapper.takeMisfits() };
}

function itemsOf(
  { each }: HookMapping,
  payload: Json,
): { path: string; item: Json }[] | { path: string; message: string } {
  const value = each === undefined ? payload : valueAt(payload, each);
  const base = each ?? 'body';
  if (value === undefined || value === null) return { path: base, message: `there is nothing at ${base}` };
  if (!Array.isArray(value)) return [{ path: base, item: value }];
  if (value.length > most) return { path: base, message: `expected at most ${most} items, got ${value.length}` };
  return value.map((item, i) => ({ path: `${base}[${i}]`, item }));
}
