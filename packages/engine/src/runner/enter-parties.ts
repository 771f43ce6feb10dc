import type { SourceRecord } from '../plugin/index.ts';
import type { Entrant } from '../store/index.ts';
import { enter, entryOf } from './enter.ts';
import { record } from './intake.ts';
import type { Parts } from './parts.ts';
import type { RunningVersion, Station } from './station.ts';
import { Touched } from './touched.ts';

/** Whom another system lets in, and where. */
export interface PartiesEntry {
  /** An entry of the loop; without it the first that takes calls, or the first that takes records. */
  node?: string;
  /** Tells several enrollments of one customer apart, as the id of a cart. */
  key?: string;
  parties: readonly SourceRecord[];
}

/** An entry that cannot be used so. */
export class EntryError extends Error {
  override name = 'EntryError';
}

/**
 * Lets parties in whom another system names: who is unknown is made, what is told of them is taken in, and those whom the
 * entry's rule about coming again lets in enter, all in one transaction. How many entered.
 */
export async function enterParties(
  parts: Parts,
  version: RunningVersion,
  { node, key = '', parties }: PartiesEntry,
  source: string,
): Promise<number> {
  const station = stationOf(version, node);
  return parts.db.write(async (tx) => {
    const now = parts.clock.now();
    const records = parties.map(({ identities, traits, consents, relationships }) => ({
      identities,
      traits,
      consents,
      relationships,
    }));
    const imported = await parts.customers.importRecords(tx, records, { now, source });
    const customers = imported.customers.flatMap((customer) => customer ?? []);
    const events = parties.flatMap(({ identities, events = [] }) => events.map((event) => ({ identities, event })));
    const touched = new Touched().related(imported.related, records);
    for (const [i, each] of records.entries()) touched.record(imported.customers[i], each);
    await record(parts, tx, events, now, touched);
    const entrants = customers.map((customer): Entrant => [customer, key]);
    return enter(parts, tx, station, entrants, now);
  }, 'enter');
}

function stationOf({ loop, compiled, stations }: RunningVersion, node: string | undefined): Station {
  const entries = compiled.entries.map((id) => stations.get(id) as Station);
  const on = (kind: string) => entries.find((station) => entryOf(station).on === kind);
  const station = node === undefined ? (on('call') ?? on('records')) : entries.find((each) => each.node.id === node);
  if (station) return station;
  const known = entries.map((each) => `${each.node.id} (${each.node.type.type})`).join(', ');
  throw new EntryError(
    node === undefined
      ? `loop ${loop.id}: expected an entry that takes calls, as collect/call, got ${known}: name one of them or draw one`
      : `loop ${loop.id}: expected one of its entries, ${known}, got ${node}`,
  );
}
