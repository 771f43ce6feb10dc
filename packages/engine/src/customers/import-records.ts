import type { CustomerEvent, Identity, Merge } from '../plugin/customer.ts';
import type { SourceRecord } from '../plugin/node-type.ts';
import type { JsonObject } from '../plugin/json.ts';
import type { Transaction } from '../store/database.ts';
import { addIdentities } from './add-identities.ts';
import { changeTraits, withoutNulls } from './change-traits.ts';
import { insertEvents } from './insert-events.ts';
import { Matcher } from './match-identities.ts';
import type { PackedRecords } from './pack-records.ts';
import { packRecords } from './pack-records.ts';
import { recordConsents } from './record-consents.ts';
import { recordRelationships } from './record-relationships.ts';
import { insertCustomers } from './resolve-customer.ts';
import { admitTexts, keepAside } from './schema/admit-traits.ts';
import type { TraitUpdate } from './write-traits.ts';
import { readTraits, writeTraits } from './write-traits.ts';

export interface ImportOptions {
  now: number;
  source: string;
  /** Whether whoever asks can merge customers who are one by what a record says: `same` names them. */
  mayMerge?: boolean;
}

export interface Imported {
  /** Records that made a customer, changed one, and changed nothing; with `refused` they add up to all records. */
  created: number;
  updated: number;
  unchanged: number;
  /** The customer of each record, undefined where the record was refused. */
  customers: (number | undefined)[];
  /** Whose relationships have changed, or who is in a group whose traits have: others than those of the records may be among them. */
  related: number[];
  /** Records that are nobody's: none of their identities can be used. */
  refused: { record: number; line: number | undefined; reason: string }[];
  /** Identities that stayed with the customer who had them first, and relationships that name no group. */
  conflicts: { record: number; line: number | undefined; reason: string }[];
  /** Customers who are one by what a record says; to be merged by who asked for them. */
  same: readonly Merge[];
  /** How many values of each trait are kept aside because they are not of its declared type. */
  misfits: Record<string, number>;
  /** The events that were new. */
  events: { customer: number; event: CustomerEvent }[];
  /** How many consents differed from what stood. */
  consents: number;
}

/**
 * Brings records into the customer base, each to the customer whom its first known identity names, or to a new one. A trait
 * that a record does not have stays as it was; one that is null is taken away. The same records a second time change
 * nothing. Of several records of one customer in one batch the last has the say.
 */
export const importRecords = (
  tx: Transaction,
  records: readonly SourceRecord[],
  options: ImportOptions,
): Promise<Imported> => importPacked(tx, packRecords(records), options);

export async function importPacked(
  tx: Transaction,
  packed: PackedRecords,
  { now, source, mayMerge = false }: ImportOptions,
): Promise<Imported> {
  const matcher = await Matcher.over(tx, packed, { mayMerge });
  const result: Imported = {
    created: 0,
    updated: 0,
    unchanged: 0,
    customers: [],
    related: [],
    refused: [],
    conflicts: [],
    same: matcher.same,
    misfits: {},
    events: [],
    consents: 0,
  };
  const admitted = await admitTexts(tx, packed.traits, packed.seen, now);
  const created = new Map<number, string>();
  const known = new Map<number, string[]>();

  for (const [record, given] of admitted.texts.entries()) {
    const { customer, created: isNew, refused, unread } = matcher.match(record);
    const text = unread ? withUnread(given, unread) : given;
    const line = packed.lines[record];
    result.customers.push(customer);
    if (customer === undefined) {
      result.refused.push({ record, line, reason: refused.join('; ') || 'no value identifies a customer' });
      continue;
    }
    for (const reason of refused) result.conflicts.push({ record, line, reason });
    if (isNew) {
      created.set(customer, text.includes('null') ? strip(text) : text);
      result.created++;
      continue;
    }
    // Rows that tell of events alone are many, and change nobody.
    if (text === '{}') {
      result.unchanged++;
      continue;
    }
    const before = created.get(customer);
    if (before !== undefined) {
      const after = before === text ? undefined : changeTraits(parse(before), parse(text));
      if (after) created.set(customer, JSON.stringify(after.traits));
      result[after ? 'updated' : 'unchanged']++;
      continue;
    }
    const patches = known.get(customer);
    if (patches) patches.push(text);
    else known.set(customer, [text]);
  }

  await insertCustomers(
    tx,
    Array.from(created, ([id, traits]) => ({ id, traits })),
    now,
  );
  await addIdentities(tx, matcher.gained);
  const updates: TraitUpdate[] = [];
  for (const [customer, current] of await readTraits(tx, known.keys())) {
    const patches = known.get(customer) as string[];
    const change = patches.every((text) => text === current)
      ? undefined
      : changeTraits(parse(current), overlay(patches));
    if (change) {
      updates.push({ customer, ...change });
      result.updated++;
    }
    result.unchanged += patches.length - (change ? 1 : 0);
  }
  await writeTraits(tx, updates, { now, source });

  const ownerOf = (record: number) => result.customers[record];
  result.misfits = await keepAside(tx, admitted.aside, ownerOf, { now, source });
  const events = packed.events.flatMap(({ record, event }) => owned(ownerOf(record), { event }));
  const stored = await insertEvents(tx, events, { now, source });
  result.events = events.flatMap(({ customer }, i) =>
    owned(stored[i] && customer, { event: stored[i] as CustomerEvent }),
  );
  result.consents = await recordConsents(
    tx,
    packed.consents.flatMap(({ record, consent }) => owned(ownerOf(record), { consent })),
    { now },
  );
  const relationships = packed.relationships.flatMap(({ record, relationship }) =>
    owned(ownerOf(record), { relationship, record }),
  );
  const related = await recordRelationships(tx, relationships, { now, source });
  result.related = related.touched;
  for (const { index, reason } of related.refused) {
    const { record } = relationships[index] as { record: number };
    result.conflicts.push({ record, line: packed.lines[record], reason });
  }
  return result;
}

const parse = (text: string): JsonObject => JSON.parse(text) as JsonObject;
/** Entries rather than assign, which would take a trait named __proto__ for the prototype. */
const overlay = (texts: readonly string[]): JsonObject =>
  Object.fromEntries(texts.flatMap((text) => Object.entries(parse(text))));
/** What identifies nobody because it is misspelt is still what was said of the customer. */
const withUnread = (text: string, unread: readonly Identity[]): string =>
  JSON.stringify({ ...Object.fromEntries(unread.map(({ kind, value }) => [kind, value])), ...parse(text) });
const strip = (text: string): string => JSON.stringify(withoutNulls(parse(text)));
const owned = <T>(customer: number | undefined, what: T): ({ customer: number } & T)[] =>
  customer === undefined ? [] : [{ customer, ...what }];
