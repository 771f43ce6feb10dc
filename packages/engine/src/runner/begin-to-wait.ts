import { RuleError } from '../rule/index.ts';
import type { PortSql, Transaction } from '../store/index.ts';
import type { Parts } from './parts.ts';
import { ruleSql } from './port-sql.ts';
import type { Station } from './station.ts';
import { portIndex } from './station.ts';
import type { WaitEra } from './wait-of.ts';
import { awaitedTypes, endedBy } from './wait-of.ts';

/**
 * Those in `moved` who would begin to wait for what has happened already do not: they leave by its port. Their customers are
 * kept to the end of the transaction, so that on a database of several engines nothing can happen between this look and the
 * subscription that follows it.
 */
export async function answerBeginners(
  parts: Parts,
  tx: Transaction,
  station: Station,
  eras: readonly WaitEra[],
  now: number,
): Promise<void> {
  if (awaitedTypes(eras.map(({ wait }) => wait)).length === 0) return;
  await parts.store.lockBeginners(tx);
  for (const era of eras) {
    await byEvents(parts, tx, station, era, now);
    await bySegments(parts, tx, station, era, now);
  }
}

async function byEvents(parts: Parts, tx: Transaction, station: Station, era: WaitEra, now: number): Promise<void> {
  const { wait, fromTurn, before } = era;
  const { events = [], since = 'arrival', late = 'counts' } = wait;
  if (events.length === 0) return;
  const types = [...new Set(events.map(({ type }) => type))];
  const ports = events.map(({ port }) => portIndex(station, port));
  const of = { node: station.ref, ports, fromTurn, before, now };
  const answered = new Map<number, number>();
  // An event ends the wait of a node once a turn: else what stands on a smaller way round would be done again and again.
  const seen = new Map<number, number>();
  for (const had of await parts.store.eventsBefore(tx, types, { since, late }, of)) {
    if (answered.has(had.row)) continue;
    const event = { type: had.type, time: had.time, properties: JSON.parse(had.properties) };
    const port = endedBy(wait, event, { key: had.key, now });
    if (port === undefined) continue;
    const before = seen.get(had.row) ?? 0;
    if (before < had.spent) seen.set(had.row, before + 1);
    else answered.set(had.row, portIndex(station, port));
  }
  await parts.store.choosePorts(tx, answered);
}

/**
 * Asked of the segment's rule, not of the membership that is kept for those who wait: that of a segment which nobody has
 * watched before is filled little by little.
 */
async function bySegments(parts: Parts, tx: Transaction, station: Station, era: WaitEra, now: number): Promise<void> {
  const { wait, fromTurn, before } = era;
  for (const { segment, when, port } of wait.segments ?? []) {
    const inside = isIn(parts, segment, now);
    const is = when === 'entered' ? inside.sql : `1 - (${inside.sql})`;
    await parts.store.choosePortWhere(tx, {
      when: { ...inside, sql: is },
      port: portIndex(station, port),
      fromTurn,
      before,
    });
  }
}

/** Nobody is in a segment that does not exist, or not any more. */
function isIn(parts: Parts, segment: string, now: number): PortSql {
  const segments = parts.segments();
  const rule = segments.get(segment);
  const nobody: PortSql = { sql: '0', parameters: [], needsCustomer: false };
  if (!rule) return nobody;
  try {
    return ruleSql(rule, { now, seed: '', segments, dialect: parts.db.dialect.name });
  } catch (error) {
    if (error instanceof RuleError) return nobody;
    throw error;
  }
}

/** Those in `moved` who begin to wait do so, once they are taken from their positions. */
export async function armBeginners(
  parts: Parts,
  tx: Transaction,
  station: Station,
  eras: readonly WaitEra[],
  now: number,
): Promise<void> {
  for (const { wait, fromTurn, before } of eras)
    await parts.store.armWaits(tx, {
      node: station.ref,
      now,
      until: wait.until?.at,
      events: awaitedTypes([wait]),
      fromTurn,
      before,
    });
}
