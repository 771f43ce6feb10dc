import type { Wait, WaitType } from '../plugin/index.ts';
import { eventMatches } from '../rule/index.ts';
import type { Transaction } from '../store/index.ts';
import { finishMoves } from './finish.ts';
import type { Parts } from './parts.ts';
import { chunk } from './parts.ts';
import { byTurn } from './port-sql.ts';
import type { Station } from './station.ts';
import { portIndex } from './station.ts';

/** What a wait node waits for, in the settings of a turn. */
export function waitOf(parts: Parts, station: Station, settings: unknown, now: number): Wait {
  const type = station.node.type as WaitType;
  return type.wait({ settings, now, log: parts.log, signal: AbortSignal.timeout(parts.limits.handlerTimeout) });
}

/** The event types that any era of a wait node waits for. */
export const awaitedTypes = (waits: readonly Wait[]): string[] => [
  ...new Set(waits.flatMap((wait) => wait.events?.map((event) => event.type) ?? [])),
];

/** Lets who has arrived at a wait begin to wait, and who has waited long enough go on. */
export async function workWait(parts: Parts, station: Station, now: number): Promise<number> {
  const { store } = parts;
  const eras = station.eras.map((era, i) => ({
    fromTurn: era.fromTurn,
    before: station.eras[i + 1]?.fromTurn ?? Number.MAX_SAFE_INTEGER,
    wait: waitOf(parts, station, era.settings, now),
  }));
  const events = awaitedTypes(eras.map(({ wait }) => wait));
  const port = byTurn(
    eras.map(({ fromTurn, wait }) => ({
      fromTurn,
      port: {
        sql: `CASE p.phase WHEN 0 THEN ${store.beginsToWait} ELSE ${wait.until ? portIndex(station, wait.until.port) : 0} END`,
        parameters: [],
        needsCustomer: false,
      },
    })),
  );
  return parts.db.write(async (tx) => {
    const count = await store.fillByPortSql(tx, { node: station.ref, now, limit: chunk.set, port });
    if (count === 0) return 0;
    for (const { wait, fromTurn, before } of eras)
      if (wait.since === 'turn') await answerFromBefore(parts, tx, station, wait, { fromTurn, before, now });
    await finishMoves(parts, tx, station, { now, inOrder: true, events });
    for (const { wait, fromTurn, before } of eras)
      await store.armWaits(tx, {
        node: station.ref,
        now,
        until: wait.until?.at,
        events: awaitedTypes([wait]),
        fromTurn,
        before,
      });
    return count;
  });
}

/** Those who have had an awaited event in this turn already do not begin to wait: they leave by its port. */
async function answerFromBefore(
  parts: Parts,
  tx: Transaction,
  station: Station,
  wait: Wait,
  { fromTurn, before, now }: { fromTurn: number; before: number; now: number },
): Promise<void> {
  const answered = new Map<number, number>();
  for (const had of await parts.store.eventsOfTurn(tx, awaitedTypes([wait]), { fromTurn, before })) {
    if (answered.has(had.row)) continue;
    const event = { type: had.type, time: had.time, properties: JSON.parse(had.properties) };
    const match = wait.events?.find(
      (each) => each.type === had.type && (!each.where || eventMatches(each.where, event, now)),
    );
    if (match) answered.set(had.row, portIndex(station, match.port));
  }
  await parts.store.choosePorts(tx, answered);
}
