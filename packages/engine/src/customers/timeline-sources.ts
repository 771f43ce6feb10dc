import type { Category } from '../loop/loop.ts';
import type { JsonObject } from '../plugin/json.ts';
import type { Transaction } from '../store/database.ts';
import type { Found, Source, SourceKey, TimelineEntry, TimelineKind } from './timeline-entry.ts';

/*
 * Where a timeline comes from. What there can be very many of (events, messages, steps, changes) is read by keyset; what a
 * person has a few dozen of is read whole. Keys go down with time; "before nothing" is before the largest key there can be.
 */

const last = Number.MAX_SAFE_INTEGER;
const parse = (text: string): JsonObject => JSON.parse(text) as JsonObject;
const inList = (tx: Transaction): string => `(SELECT value FROM ${tx.dialect.list('int')} AS wanted)`;

/** Events by type: the index has them by customer, type and time, so each type's newest are its first. */
export function eventSource(tx: Transaction, customer: number, types: readonly string[]): Source {
  return {
    name: 'e',
    kinds: ['basic', 'order', 'payment', 'service', 'contact', 'analysis'],
    async read(before = [last, last], limit) {
      const [time, id] = before as [number, number];
      const keys: { id: number; time: number }[] = [];
      for (const type of types)
        keys.push(
          ...(await tx.all<{ id: number; time: number }>(
            `SELECT id, time FROM event WHERE customer = ? AND type = ? AND time <= ? AND (time < ? OR id < ?)
             ORDER BY time DESC, id DESC LIMIT ?`,
            [customer, type, time, time, id, limit],
          )),
        );
      const chosen = keys.sort((a, b) => b.time - a.time || b.id - a.id).slice(0, limit);
      const rows = await tx.all<{ id: number; type: string; category: Category; time: number; properties: string }>(
        `SELECT id, type, category, time, ${tx.dialect.json('properties')} AS properties FROM event
         WHERE customer = ? AND id IN ${inList(tx)} ORDER BY time DESC, id DESC`,
        [customer, JSON.stringify(chosen.map((key) => key.id))],
      );
      return rows.map((row) => ({
        key: [row.time, row.id],
        entry: { at: row.time, kind: row.category, what: 'event', type: row.type, properties: parse(row.properties) },
      }));
    },
  };
}

export function messageSource(tx: Transaction, parts: readonly number[]): Source {
  return {
    name: 'm',
    kinds: ['message'],
    async read(before = [last, 0, 0, 0], limit) {
      const rows = await tx.all<{
        at: number;
        customer: number;
        n: number;
        step: number;
        turn: number;
        channel: string;
        status: string;
        settledAt: number | null;
        loop: string;
        node: string;
        address: string;
        body: string;
        detail: string | null;
      }>(
        `SELECT m.created_at AS at, m.customer, m.n, m.step, m.turn, m.channel, m.status, m.settled_at AS "settledAt",
           v.loop, x.node, m.address, m.body, m.detail
         FROM message m JOIN loop_node x ON x.ref = m.node JOIN loop_version v ON v.id = x.version
         WHERE m.customer IN ${inList(tx)} AND (m.created_at, m.customer, m.n, m.step) < (?, ?, ?, ?)
         ORDER BY m.created_at DESC, m.customer DESC, m.n DESC, m.step DESC LIMIT ?`,
        [JSON.stringify(parts), ...before, limit],
      );
      return rows.map(({ at, customer, n, step, body, ...row }) => ({
        key: [at, customer, n, step],
        entry: {
          at,
          kind: 'message',
          what: 'message',
          key: `${row.loop}.${row.node}.${customer}.${n}.${step}`,
          ...row,
          body: parse(body),
        },
      }));
    },
  };
}

/** Steps: a row of the journal is a path of one or more nodes that were passed in one move. */
export function journalSource(tx: Transaction, parts: readonly number[]): Source {
  return {
    name: 'j',
    kinds: ['step'],
    async read(before = [last, 0, 0, 0], limit) {
      const rows = await tx.all<{
        at: number;
        customer: number;
        n: number;
        step: number;
        turn: number;
        path: number;
        until: number | null;
        loop: string;
        loopName: string;
        version: number;
      }>(
        `SELECT j.at, j.customer, j.n, j.step, j.turn, j.path, j.until, loop.id AS loop, loop.name AS "loopName", v.number AS version
         FROM journal j JOIN loop_path p ON p.id = j.path JOIN loop_version v ON v.id = p.version JOIN loop ON loop.id = v.loop
         WHERE j.customer IN ${inList(tx)} AND (j.at, j.customer, j.n, j.step) < (?, ?, ?, ?)
         ORDER BY j.at DESC, j.customer DESC, j.n DESC, j.step DESC LIMIT ?`,
        [JSON.stringify(parts), ...before, limit],
      );
      const steps = await tx.all<{ path: number; node: string; port: number }>(
        `SELECT s.path, x.node, s.port FROM path_step s JOIN loop_node x ON x.ref = s.node
         WHERE s.path IN ${inList(tx)} ORDER BY s.path, s.i`,
        [JSON.stringify([...new Set(rows.map(({ path }) => path))])],
      );
      const byPath = Map.groupBy(steps, ({ path }) => path);
      return rows.map(({ at, customer, n, step, path, ...row }) => ({
        key: [at, customer, n, step],
        entry: {
          at,
          kind: 'step',
          what: 'steps',
          ...row,
          steps: (byPath.get(path) ?? []).map(({ node, port }) => ({ node, port })),
        },
      }));
    },
  };
}

export function traitSource(tx: Transaction, parts: readonly number[]): Source {
  return {
    name: 't',
    kinds: ['trait'],
    async read(before = [last, 0, 0], limit) {
      const rows = await tx.all<{
        at: number;
        customer: number;
        seq: number;
        source: string;
        before: string;
        after: string;
      }>(
        `SELECT at, customer, seq, source, before, after FROM trait_change
         WHERE customer IN ${inList(tx)} AND (at, customer, seq) < (?, ?, ?)
         ORDER BY at DESC, customer DESC, seq DESC LIMIT ?`,
        [JSON.stringify(parts), ...before, limit],
      );
      return rows.map(({ at, customer, seq, source, ...row }) => ({
        key: [at, customer, seq],
        entry: {
          at,
          kind: 'trait',
          what: 'changed',
          source,
          before: parse(row.before),
          after: parse(row.after),
        },
      }));
    },
  };
}

/** What there is little of: read whole, kept in order by a key of its own. */
export function rareSource(
  tx: Transaction,
  customer: number,
  parts: readonly number[],
  wanted: ReadonlySet<TimelineKind>,
): Source {
  return {
    name: 'r',
    kinds: ['step', 'trait', 'consent', 'relationship', 'segment', 'merge'],
    async read(before, limit) {
      const all = (await readRare(tx, customer, parts)).filter(({ entry }) => wanted.has(entry.kind));
      all.sort((a, b) => compareKeys(b.key, a.key));
      return all.filter(({ key }) => before === undefined || compareKeys(key, before) < 0).slice(0, limit);
    },
  };
}

function compareKeys(a: SourceKey, b: SourceKey): number {
  const [atA = 0, keyA = ''] = a as [number, string];
  const [atB = 0, keyB = ''] = b as [number, string];
  return atA - atB || (keyA < keyB ? -1 : keyA > keyB ? 1 : 0);
}

async function readRare(tx: Transaction, customer: number, parts: readonly number[]): Promise<Found[]> {
  const ids = JSON.stringify(parts);
  const found: Found[] = [];
  const add = (key: string, entry: TimelineEntry) => found.push({ key: [entry.at, key], entry });

  for (const { id, at } of await tx.all<{ id: number; at: number }>(
    `SELECT id, created_at AS at FROM customer WHERE id IN ${inList(tx)}`,
    [ids],
  ))
    add(`0 ${id}`, { at, kind: 'trait', what: 'created' });

  for (const { customer: of, at, granted, ...row } of await tx.all<{
    customer: number;
    at: number;
    channel: string;
    purpose: string;
    granted: number;
    source: string;
    proof: string | null;
    textVersion: string | null;
  }>(
    `SELECT customer, at, channel, purpose, granted, source, proof, text_version AS "textVersion" FROM consent
     WHERE customer IN ${inList(tx)}`,
    [ids],
  ))
    add(`consent ${of} ${row.channel} ${row.purpose}`, {
      at,
      kind: 'consent',
      what: 'consent',
      granted: granted === 1,
      ...row,
    });

  for (const { from, to, kind, key, source } of await tx.all<{
    from: number;
    to: number | null;
    kind: string;
    key: string;
    source: string;
  }>(
    `SELECT r.from_at AS "from", r.to_at AS "to", g.kind, g.key, r.source
     FROM relationship r JOIN customer_group g ON g.ref = r.customer_group WHERE r.customer = ?`,
    [customer],
  )) {
    const group = { kind, key };
    add(`joined ${kind} ${key}`, { at: from, kind: 'relationship', what: 'joined', group, source });
    if (to !== null)
      add(`parted ${kind} ${key} ${from}`, { at: to, kind: 'relationship', what: 'parted', group, source });
  }

  for (const { id, name, at } of await tx.all<{ id: string; name: string; at: number }>(
    `SELECT s.id, s.name, m.since AS at FROM membership m JOIN segment s ON s.ref = m.segment
     WHERE m.customer = ? AND s.gone = 0`,
    [customer],
  ))
    add(`segment ${id}`, { at, kind: 'segment', what: 'entered-segment', segment: { id, name } });
  for (const { id, name, at, source } of await tx.all<{ id: string; name: string; at: number; source: string }>(
    `SELECT l.id, l.name, m.added_at AS at, m.source FROM list_member m JOIN static_list l ON l.ref = m.list
     WHERE m.customer = ?`,
    [customer],
  ))
    add(`list ${id}`, { at, kind: 'segment', what: 'listed', list: { id, name }, source });

  for (const { at, undoneAt, ...row } of await tx.all<{
    customer: number;
    into: number;
    at: number;
    why: string;
    actor: string;
    score: number | null;
    undoneAt: number | null;
  }>(
    `SELECT customer, into_customer AS "into", at, why, actor, score, undone_at AS "undoneAt" FROM merge
     WHERE customer IN ${inList(tx)} OR into_customer IN ${inList(tx)}`,
    [ids, ids],
  )) {
    add(`merge ${row.customer}`, { at, kind: 'merge', what: 'merged', ...row });
    if (undoneAt !== null)
      add(`unmerge ${row.customer} ${at}`, { at: undoneAt, kind: 'merge', what: 'unmerged', ...row });
  }

  for (const { customer: of, n, enteredAt, endedAt, outcome, ...row } of await tx.all<{
    customer: number;
    n: number;
    enteredAt: number;
    endedAt: number | null;
    outcome: string | null;
    loop: string;
    loopName: string;
    version: number;
    node: string;
  }>(
    `SELECT e.customer, e.n, e.entered_at AS "enteredAt", e.ended_at AS "endedAt", e.outcome, loop.id AS loop,
       loop.name AS "loopName", v.number AS version, entry.node
     FROM enrollment e JOIN loop_version v ON v.id = e.version JOIN loop ON loop.id = v.loop
     JOIN loop_node entry ON entry.ref = e.node WHERE e.customer IN ${inList(tx)}`,
    [ids],
  )) {
    add(`entered ${of} ${n}`, { at: enteredAt, kind: 'step', what: 'entered-loop', outcome: null, ...row });
    if (endedAt !== null) add(`left ${of} ${n}`, { at: endedAt, kind: 'step', what: 'left-loop', outcome, ...row });
  }
  return found;
}
