import type { Relationship } from '../plugin/customer.ts';
import type { JsonObject } from '../plugin/json.ts';
import type { Transaction } from '../store/database.ts';
import { changeTraits, withoutNulls } from './change-traits.ts';
import { whyUnusable } from './usable-identity.ts';

export interface Recorded {
  /** Whose relationships have changed, or who is in a group whose traits have. In order. */
  touched: number[];
  /** Relationships that were not taken, by their place in what was given, in words. */
  refused: { index: number; customer: number; reason: string }[];
}

interface Stated {
  customer: number;
  relationship: Relationship;
  group: number;
}

/**
 * Records that customers belong to groups. A group is made by its first mention, and its traits are laid over what was known
 * of it. The same statement a second time changes nothing: one that names no beginning leaves a span that lasts as it is, an
 * earlier beginning extends it, an end ends it. Groups of the same kind do not exclude each other.
 */
export async function recordRelationships(
  tx: Transaction,
  given: readonly { customer: number; relationship: Relationship }[],
  { now, source }: { now: number; source: string },
): Promise<Recorded> {
  if (given.length === 0) return { touched: [], refused: [] };
  const refused: Recorded['refused'] = [];
  const usable = given.filter(({ customer, relationship: { kind, key, from, to } }, index) => {
    const reason =
      whyUnusable(kind, key.trim()) ??
      (from !== undefined && to !== undefined && to < from
        ? `the ${kind} ${JSON.stringify(key)} ends before it begins`
        : undefined);
    if (reason !== undefined) refused.push({ index, customer, reason });
    return reason === undefined;
  });
  const { groups, changed } = await storeGroups(tx, usable, now);
  const stated = usable.map((each) => ({
    ...each,
    group: groups.get(groupKey(each.relationship.kind, each.relationship.key.trim())) as number,
  }));
  const touched = new Set(await storeSpans(tx, stated, { now, source }));
  for (const { customer } of await tx.all<{ customer: number }>(
    `SELECT DISTINCT customer FROM relationship
     WHERE customer_group IN (SELECT value FROM ${tx.dialect.list('int')} AS changed)`,
    [JSON.stringify(changed)],
  ))
    touched.add(customer);
  return { touched: [...touched].sort((a, b) => a - b), refused };
}

const groupKey = (kind: string, key: string): string => JSON.stringify([kind, key]);

/** The groups that are named, by `groupKey`, and those whose traits are no longer what they were. */
async function storeGroups(
  tx: Transaction,
  given: readonly { relationship: Relationship }[],
  now: number,
): Promise<{ groups: Map<string, number>; changed: number[] }> {
  const wanted = new Map<string, { kind: string; key: string; traits: JsonObject }>();
  for (const { relationship } of given) {
    const key = relationship.key.trim();
    const id = groupKey(relationship.kind, key);
    const { traits = {} } = wanted.get(id) ?? {};
    // Entries, so that a trait named __proto__ is a trait like any other.
    const all = Object.fromEntries([...Object.entries(traits), ...Object.entries(relationship.traits ?? {})]);
    wanted.set(id, { kind: relationship.kind, key, traits: all });
  }
  const keys = JSON.stringify(
    [...wanted.values()].map(({ kind, key }) => [kind, key]).sort((a, b) => (String(a) < String(b) ? -1 : 1)),
  );
  const find = () =>
    tx.all<{ ref: number; kind: string; key: string; traits: string }>(
      `SELECT customer_group.ref, customer_group.kind, customer_group.key, ${tx.dialect.json('customer_group.traits')} AS traits
       FROM ${tx.dialect.rows(['text', 'text'])} AS wanted ${tx.dialect.lookupJoin} customer_group
       WHERE customer_group.kind = wanted.c0 AND customer_group.key = wanted.c1
       ORDER BY customer_group.ref ${tx.dialect.lock('customer_group')}`,
      [keys],
    );
  let rows = await find();
  const known = new Set(rows.map(({ kind, key }) => groupKey(kind, key)));
  const fresh = [...wanted].filter(([id]) => !known.has(id));
  if (fresh.length > 0) {
    // Another worker may be making the same group: whoever comes second finds the first one's.
    await tx.runMany(
      `INSERT INTO customer_group (kind, key, traits, created_at, updated_at) VALUES (?, ?, ${tx.dialect.toJson('?')}, ?, ?)
       ON CONFLICT (kind, key) DO NOTHING`,
      fresh.map(([, { kind, key, traits }]) => [kind, key, JSON.stringify(withoutNulls(traits)), now, now]),
    );
    rows = await find();
  }
  const groups = new Map<string, number>();
  const updates: { ref: number; traits: JsonObject }[] = [];
  for (const { ref, kind, key, traits } of rows) {
    const id = groupKey(kind, key);
    groups.set(id, ref);
    const change = changeTraits(JSON.parse(traits) as JsonObject, wanted.get(id)?.traits ?? {});
    if (change) updates.push({ ref, traits: change.traits });
  }
  await tx.runMany(
    `UPDATE customer_group SET traits = ${tx.dialect.toJson('?')}, updated_at = ? WHERE ref = ?`,
    updates.map(({ ref, traits }) => [JSON.stringify(traits), now, ref]),
  );
  return { groups, changed: updates.map(({ ref }) => ref) };
}

interface Span {
  from: number;
  to: number | null;
  /** The beginning under which it is stored; undefined for a new one. */
  stored?: number;
  changed: boolean;
  gone: boolean;
}

/** Writes what the statements change about since when and until when; who is concerned. */
async function storeSpans(
  tx: Transaction,
  stated: readonly Stated[],
  { now, source }: { now: number; source: string },
): Promise<number[]> {
  const byOwner = Map.groupBy(
    stated,
    ({ customer, relationship, group }) => `${customer} ${group} ${relationship.kind}`,
  );
  const spans = new Map<string, Span[]>([...byOwner.keys()].map((owner) => [owner, []]));
  const rows = await tx.all<{ customer: number; kind: string; group: number; from: number; to: number | null }>(
    `SELECT r.customer, r.kind, r.customer_group AS "group", r.from_at AS "from", r.to_at AS "to"
     FROM ${tx.dialect.list('int')} AS wanted ${tx.dialect.lookupJoin} relationship AS r
     WHERE r.customer = wanted.value ORDER BY r.customer, r.from_at`,
    [JSON.stringify([...new Set(stated.map(({ customer }) => customer))].sort((a, b) => a - b))],
  );
  for (const { customer, kind, group, from, to } of rows)
    spans.get(`${customer} ${group} ${kind}`)?.push({ from, to, stored: from, changed: false, gone: false });

  const gone: number[][] = [];
  const written: (string | number | null)[][] = [];
  const concerned: number[] = [];
  for (const [owner, statements] of byOwner) {
    const ofOwner = spans.get(owner) as Span[];
    for (const { relationship } of statements) apply(ofOwner, relationship, now);
    const { customer, group, relationship } = statements[0] as Stated;
    for (const { from, to, stored, changed, gone: isGone } of ofOwner) {
      if (!changed && !isGone) continue;
      concerned.push(customer);
      if (stored !== undefined && (isGone || stored !== from)) gone.push([customer, group, stored]);
      if (!isGone) written.push([customer, relationship.kind, group, from, to, source]);
    }
  }
  await tx.runMany('DELETE FROM relationship WHERE customer = ? AND customer_group = ? AND from_at = ?', gone);
  await tx.runMany(
    `INSERT INTO relationship (customer, kind, customer_group, from_at, to_at, source) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (customer, kind, customer_group, from_at) DO UPDATE SET to_at = excluded.to_at, source = excluded.source`,
    written.sort((a, b) => Number(a[0]) - Number(b[0])),
  );
  return concerned;
}

/** Lays one statement over the spans of a customer in a group, which stay apart. */
function apply(spans: Span[], { from, to }: Relationship, now: number): void {
  if (to === undefined) return begin(spans, from ?? now);
  if (from !== undefined) return unite(spans, from, to);
  const lasting = spans.find((span) => holds(span, now));
  if (lasting && lasting.from <= to) return unite(spans, lasting.from, to);
  if (lasting) lasting.gone = true;
  // That it has ended says nothing new of what has ended already.
  else if (to > now) return unite(spans, now, to);
  else if (spans.some((span) => !span.gone)) return;
  if (!spans.some((span) => !span.gone && span.from <= to && (span.to === null || span.to >= to))) add(spans, to, to);
}

/** It is said to last since an instant: what is known to have ended since does not begin again, but may have begun earlier. */
function begin(spans: Span[], from: number): void {
  const known = spans
    .filter((span) => !span.gone && (span.from === from || span.to === null || span.to > from))
    .reduce<Span | undefined>((first, span) => (first && first.from <= span.from ? first : span), undefined);
  if (known) alter(known, Math.min(known.from, from), known.to);
  else add(spans, from, null);
}

/** It is said to have lasted from an instant to another: what is known of this time is one with it. */
function unite(spans: Span[], from: number, to: number): void {
  const known = spans.filter(
    (span) =>
      !span.gone && (span.from === from || span.to === to || (span.from < to && (span.to === null || span.to > from))),
  );
  const [first, ...others] = known.sort((a, b) => a.from - b.from);
  if (!first) return add(spans, from, to);
  for (const other of others) other.gone = true;
  alter(first, Math.min(first.from, from), to);
}

const holds = (span: Span, now: number): boolean =>
  !span.gone && span.from <= now && (span.to === null || span.to > now);

function add(spans: Span[], from: number, to: number | null): void {
  spans.push({ from, to, changed: true, gone: false });
}

function alter(span: Span, from: number, to: number | null): void {
  if (span.from === from && span.to === to) return;
  span.from = from;
  span.to = to;
  span.changed = true;
}
