import type { Consent, CustomerEvent, Relationship } from '../plugin/customer.ts';
import type { SourceRecord } from '../plugin/node-type.ts';
import type { Parties } from './match-identities.ts';
import type { Seen } from './schema/seen.ts';
import { joinSeen, see } from './schema/seen.ts';

/** Records as columns. The traits are JSON text already, as SQLite is given them. */
export interface PackedRecords extends Parties {
  /** JSON text a record. */
  traits: string[];
  /** Which types of values there are in them, by name. */
  seen: Seen;
  kinds: string[];
  values: string[];
  starts: number[];
  lines: (number | undefined)[];
  events: { record: number; event: CustomerEvent }[];
  consents: { record: number; consent: Consent }[];
  relationships: { record: number; relationship: Relationship }[];
}

export function packRecords(records: readonly SourceRecord[]): PackedRecords {
  const packed = emptyPack();
  for (const [record, { traits, identities, events, consents, relationships, line }] of records.entries()) {
    packed.traits.push(JSON.stringify(traits));
    see(packed.seen, traits);
    for (const { kind, value } of identities) {
      packed.kinds.push(kind);
      packed.values.push(value);
    }
    packed.starts.push(packed.kinds.length);
    packed.lines.push(line);
    for (const event of events ?? []) packed.events.push({ record, event });
    for (const consent of consents ?? []) packed.consents.push({ record, consent });
    for (const relationship of relationships ?? []) packed.relationships.push({ record, relationship });
  }
  return packed;
}

export const emptyPack = (): PackedRecords => ({
  traits: [],
  seen: new Map(),
  kinds: [],
  values: [],
  starts: [0],
  lines: [],
  events: [],
  consents: [],
  relationships: [],
});

/** Appends the second to the first. */
export function joinPacks(to: PackedRecords, from: PackedRecords): void {
  const records = to.traits.length;
  const identities = to.kinds.length;
  for (const text of from.traits) to.traits.push(text);
  joinSeen(to.seen, from.seen);
  for (const kind of from.kinds) to.kinds.push(kind);
  for (const value of from.values) to.values.push(value);
  for (let i = 1; i < from.starts.length; i++) to.starts.push((from.starts[i] as number) + identities);
  for (const line of from.lines) to.lines.push(line);
  for (const { record, event } of from.events) to.events.push({ record: record + records, event });
  for (const { record, consent } of from.consents) to.consents.push({ record: record + records, consent });
  for (const { record, relationship } of from.relationships)
    to.relationships.push({ record: record + records, relationship });
}
