import type { Json, JsonObject } from '../plugin/json.ts';
import { listAttributes } from '../store/attributes.ts';
import type { Transaction } from '../store/database.ts';
import { presentCustomers } from '../store/lists.ts';
import { marks } from '../store/marks.ts';
import { showConsents } from './show-consents.ts';
import { showEnrollments } from './show-enrollments.ts';
import { findParts } from './show-parts.ts';
import { showLists, showSegments } from './show-segments.ts';

type Read = <T>(work: (tx: Transaction) => Promise<T>) => Promise<T>;

/** All that is known of one person. Instants are ISO 8601 in UTC; what is null is not known. */
export interface ExportedPerson extends Record<string, unknown> {
  exportedAt: string;
  customer: { id: number } & Record<string, unknown>;
}

/** So many rows are read before others have their turn. */
const atOnce = 2_000;

const iso = (at: number): string => new Date(at).toISOString();
const isoOrNull = (at: number | null): string | null => (at === null ? null : iso(at));
const parse = (text: string): Json => JSON.parse(text) as Json;

const portNames: Readonly<Record<number, string>> = {
  [marks.beganToWait]: 'began to wait',
  [marks.parked]: 'was set aside',
  [marks.merged]: 'was merged into another',
  [marks.placed]: 'was put here by somebody',
  [marks.ended]: 'left the loop here',
  [marks.woken]: 'was woken while the loop was paused',
};

/**
 * Gathers all that is known of a person and of everybody who has become part of them, as one document. Undefined for an id
 * that is unknown. It is read in pieces, so that a person with a hundred thousand events holds up nobody.
 */
export async function exportPerson(
  read: Read,
  id: number,
  { now }: { now: number },
): Promise<ExportedPerson | undefined> {
  const known = await read(async (tx) => {
    const customer = (await presentCustomers(tx, [id]))[0]?.present;
    return customer === undefined ? undefined : { customer, parts: await findParts(tx, customer) };
  });
  if (!known) return undefined;
  const { customer, parts } = known;
  const ids = JSON.stringify(parts);
  /** Rows of a table that say whose they are. */
  const rowsOf = <R extends object>(sql: (those: string, tx: Transaction) => string): Promise<R[]> =>
    read((tx) => tx.all<R>(sql(`IN (SELECT value FROM ${tx.dialect.list('int')} AS wanted)`, tx), [ids]));

  const people = await rowsOf<{ id: number; createdAt: number; updatedAt: number; traits: string }>(
    (those, tx) =>
      `SELECT id, created_at AS "createdAt", updated_at AS "updatedAt", ${tx.dialect.json('traits')} AS traits
       FROM customer WHERE id ${those} ORDER BY id`,
  );
  const self = people.find((person) => person.id === customer);
  if (!self) return undefined;
  const labels = new Map(
    (await read(listAttributes)).filter(({ scope }) => scope === '').map((row) => [row.name, row] as const),
  );
  const traits = parse(self.traits) as JsonObject;
  return {
    exportedAt: iso(now),
    customer: { id: customer, knownSince: iso(self.createdAt), changedAt: iso(self.updatedAt), traits },
    /** What the traits are called and which of the six kinds of information each belongs to. */
    traits: Object.keys(traits).map((name) => ({
      name,
      label: labels.get(name)?.label ?? null,
      category: labels.get(name)?.category ?? null,
    })),
    identities: await rowsOf(
      (those) => `SELECT kind, value FROM identity WHERE customer ${those} ORDER BY kind, value`,
    ),
    consents: (await read((tx) => showConsents(tx, parts, Number.MAX_SAFE_INTEGER))).map(({ at, ...row }) => ({
      at: iso(at),
      ...row,
    })),
    optIns: (
      await rowsOf<{ askedAt: number; expiresAt: number; confirmedAt: number | null } & Record<string, unknown>>(
        (those) =>
          `SELECT channel, purpose, address, text_version AS "textVersion", source, asked_at AS "askedAt",
             expires_at AS "expiresAt", confirmed_at AS "confirmedAt" FROM opt_in WHERE customer ${those} ORDER BY asked_at`,
      )
    ).map(({ askedAt, expiresAt, confirmedAt, ...row }) => ({
      ...row,
      askedAt: iso(askedAt),
      expiresAt: iso(expiresAt),
      confirmedAt: isoOrNull(confirmedAt),
    })),
    groups: (
      await rowsOf<{ from: number; to: number | null; traits: string } & Record<string, unknown>>(
        (those, tx) =>
          `SELECT g.kind, g.key, ${tx.dialect.json('g.traits')} AS traits, r.from_at AS "from", r.to_at AS "to", r.source
           FROM relationship r JOIN customer_group g ON g.ref = r.customer_group WHERE r.customer ${those} ORDER BY r.from_at`,
      )
    ).map(({ from, to, traits: known, ...row }) => ({
      ...row,
      from: iso(from),
      to: isoOrNull(to),
      traits: parse(known),
    })),
    segments: (await read((tx) => showSegments(tx, customer))).map(({ since, ...row }) => ({
      ...row,
      since: iso(since),
    })),
    lists: (await read((tx) => showLists(tx, customer))).map(({ addedAt, ...row }) => ({
      ...row,
      addedAt: iso(addedAt),
    })),
    events: await eventsOf(read, parts),
    messages: (
      await rowsOf<{ createdAt: number; settledAt: number | null; body: string } & Record<string, unknown>>(
        (those) =>
          `SELECT v.loop, x.node, m.turn, m.channel, m.purpose, m.status, m.address, m.body, m.cost, m.detail,
             m.created_at AS "createdAt", m.settled_at AS "settledAt"
           FROM message m JOIN loop_node x ON x.ref = m.node JOIN loop_version v ON v.id = x.version
           WHERE m.customer ${those} ORDER BY m.created_at, m.customer, m.n, m.step`,
      )
    ).map(({ createdAt, settledAt, body, ...row }) => ({
      ...row,
      createdAt: iso(createdAt),
      settledAt: isoOrNull(settledAt),
      body: parse(body),
    })),
    loops: await loopsOf(read, parts),
    history: (
      await rowsOf<{ at: number; before: string; after: string } & Record<string, unknown>>(
        (those) =>
          `SELECT customer, at, source, before, after FROM trait_change WHERE customer ${those} ORDER BY at, customer, seq`,
      )
    ).map(({ at, before, after, ...row }) => ({ ...row, at: iso(at), before: parse(before), after: parse(after) })),
    mergedFrom: people
      .filter((person) => person.id !== customer)
      .map((person) => ({ id: person.id, knownSince: iso(person.createdAt), traits: parse(person.traits) })),
    merges: (
      await rowsOf<{ at: number; undoneAt: number | null } & Record<string, unknown>>(
        (those) =>
          `SELECT customer, into_customer AS "into", at, why, actor, score, undone_at AS "undoneAt" FROM merge
           WHERE customer ${those} ORDER BY at`,
      )
    ).map(({ at, undoneAt, ...row }) => ({ ...row, at: iso(at), undoneAt: isoOrNull(undoneAt) })),
    /** Values that came in another type than the schema declares, and were kept aside. */
    keptAside: (
      await rowsOf<{ at: number; value: string } & Record<string, unknown>>(
        (those) => `SELECT scope AS event, name, at, value, source FROM misfit WHERE customer ${those} ORDER BY at, id`,
      )
    ).map(({ at, value, ...row }) => ({ ...row, at: iso(at), value: parse(value) })),
  };
}

/** Every event, oldest first, some at a time. */
async function eventsOf(read: Read, parts: readonly number[]): Promise<Record<string, unknown>[]> {
  const events: { id: number; at: number; event: Record<string, unknown> }[] = [];
  for (const part of parts)
    for (let after = 0; ; ) {
      const rows = await read((tx) =>
        tx.all<{ id: number; time: number; receivedAt: number; properties: string } & Record<string, unknown>>(
          `SELECT id, type, category, time, received_at AS "receivedAt", message_id AS "messageId",
             ${tx.dialect.json('properties')} AS properties FROM event WHERE customer = ? AND id > ? ORDER BY id LIMIT ?`,
          [part, after, atOnce],
        ),
      );
      for (const { id, time, receivedAt, properties, ...row } of rows) {
        const event = { ...row, time: iso(time), receivedAt: iso(receivedAt), properties: parse(properties) };
        events.push({ id, at: time, event });
      }
      if (rows.length < atOnce) break;
      after = rows.at(-1)?.id ?? after;
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  return events.sort((a, b) => a.at - b.at || a.id - b.id).map(({ event }) => event);
}

/** Which loops, and every step there, by the names of loops and nodes. */
async function loopsOf(read: Read, parts: readonly number[]): Promise<Record<string, unknown>[]> {
  const enrollments = await read((tx) => showEnrollments(tx, parts, Number.MAX_SAFE_INTEGER));
  return enrollments.map(({ customer, n, enteredAt, endedAt, steps, ...row }) => ({
    customer,
    enrollment: n,
    ...row,
    enteredAt: iso(enteredAt),
    endedAt: isoOrNull(endedAt),
    steps: steps.map(({ at, port, until, ...step }) => ({
      at: iso(at),
      ...step,
      until: isoOrNull(until),
      did: portNames[port] ?? `left by way ${port + 1}`,
    })),
  }));
}
