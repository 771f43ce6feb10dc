import type { Wait, WaitType } from '../plugin/index.ts';
import type { PortSql, Transaction } from '../store/index.ts';
import { describeError } from './attempt.ts';
import { answerBeginners, armBeginners } from './begin-to-wait.ts';
import { finishMoves, onwardSql } from './finish.ts';
import { takeIn } from './happenings.ts';
import { parkAll } from './park-all.ts';
import type { Parts } from './parts.ts';
import { chunk } from './parts.ts';
import { byTurn } from './port-sql.ts';
import type { Station } from './station.ts';
import { setAsideRestless } from './restless.ts';
import { portIndex } from './station.ts';
import { Touched, what } from './touched.ts';
import type { WaitEra } from './wait-of.ts';
import { awaitedTypes, waitOf } from './wait-of.ts';
import { workOwnDues } from './work-own-dues.ts';

/**
 * Lets who has arrived at a wait begin to wait, and who has waited long enough, or was woken while the loop was paused, go
 * on. Which of these somebody is says the phase of its position. Where all who arrive wait until the same instant, a
 * statement does it for all of them; where each has an instant of its own, the node is asked a batch at a time for those
 * who arrive, and a statement moves those who go on.
 */
export async function workWait(parts: Parts, station: Station, now: number): Promise<number> {
  let eras: WaitEra[];
  try {
    eras = station.eras.map(({ fromTurn, settings }, i) => ({
      fromTurn,
      before: station.eras[i + 1]?.fromTurn ?? Number.MAX_SAFE_INTEGER,
      wait: waitOf(parts, station, settings, now),
    }));
  } catch (error) {
    return parkAll(parts, station, now, { error: describeError(error), point: 'arm' });
  }
  const own = (station.node.type as WaitType).due !== undefined;
  const first = own && (await parts.db.read((tx) => parts.store.firstPhase(tx, station.ref, now)));
  return first === 0 ? workOwnDues(parts, station, now, eras) : moveTogether(parts, station, now, eras, own);
}

/** `own`: only those who have waited; who arrives has an instant of its own. */
async function moveTogether(
  parts: Parts,
  station: Station,
  now: number,
  eras: readonly WaitEra[],
  own: boolean,
): Promise<number> {
  const { store, db } = parts;
  const events = awaitedTypes(eras.map(({ wait }) => wait));
  const port = byTurn(eras.map(({ fromTurn, wait }) => ({ fromTurn, port: leavingPort(parts, station, wait) })));
  return db.write(async (tx) => {
    await settleMemberships(parts, tx, station, eras, now);
    const path = await onwardSql(parts, tx, station, now, port);
    const of = { node: station.ref, now, limit: chunk.set, port, path, waiting: own };
    const count = await store.fillByPortSql(tx, of);
    if (count === 0) return 0;
    if ((await setAsideRestless(parts, tx, station, now)) > 0) await store.fillByPortSql(tx, of);
    if (!own) await answerBeginners(parts, tx, station, eras, now);
    // Of those who wait for something some may have had it already: these have another port, and no path yet.
    const hasPaths = own || events.length === 0;
    await finishMoves(parts, tx, station, { now, inOrder: !own, events, hasPaths });
    if (!own) await armBeginners(parts, tx, station, eras, now);
    return count;
  }, 'arm');
}

/**
 * Whoever begins to wait for a segment is asked for its membership of that before, with all that follows if that has changed: only
 * from what is right now on does every change show, also while the membership of everybody is being worked out.
 */
async function settleMemberships(
  parts: Parts,
  tx: Transaction,
  station: Station,
  eras: readonly WaitEra[],
  now: number,
): Promise<void> {
  if (!eras.some(({ wait }) => wait.segments?.length)) return;
  const due = await parts.store.claimDue(tx, station.ref, now, chunk.set);
  const awaited = new Set(
    eras.flatMap(({ wait }) => (wait.segments ?? []).map(({ segment }) => what.segment(segment))),
  );
  const touched = new Touched();
  for (const { phase, customer } of due) if (phase === 0) for (const segment of awaited) touched.add(customer, segment);
  await takeIn(parts, tx, { events: [], touched }, now);
}

/** Who has arrived begins to wait, the others leave: who was woken by the port of its waking, who was not by that of the time. */
function leavingPort({ store }: Parts, station: Station, { until }: Wait): PortSql {
  const timeUp = until ? portIndex(station, until.port) : 0;
  const sql = `CASE p.phase WHEN 0 THEN ${store.marks.beganToWait} WHEN 1 THEN ${timeUp} ELSE p.phase - ${store.wokenPhase} END`;
  return { sql, parameters: [], needsCustomer: false };
}
