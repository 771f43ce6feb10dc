import type { Due, WaitType } from '../plugin/index.ts';
import type { Transaction } from '../store/index.ts';
import type { Failed } from './attempt.ts';
import { attempt, within } from './attempt.ts';
import { answerBeginners, armBeginners } from './begin-to-wait.ts';
import type { Batch, BatchRow } from './handler-batch.ts';
import { handleBatch } from './handler-batch.ts';
import type { Parts } from './parts.ts';
import { chunk } from './parts.ts';
import { restlessError } from './restless.ts';
import type { Station } from './station.ts';
import { portIndex, settingsIn } from './station.ts';
import type { WaitEra } from './wait-of.ts';
import { awaitedTypes, instant } from './wait-of.ts';

/**
 * Asks a wait node until when each of those who have arrived waits, a batch at a time: for whom it throws is parked. In the
 * batch there may be some who have waited; they leave.
 */
export async function workOwnDues(
  parts: Parts,
  station: Station,
  now: number,
  eras: readonly WaitEra[],
): Promise<number> {
  const { store } = parts;
  return handleBatch(parts, station, now, chunk.handler, 'arm', async (batch) => {
    const ports = leaving(parts, station, eras, batch);
    const until = new Map<string, number>();
    const failed: Failed<BatchRow>[] = [];
    const tired = await tiredOf(parts, station, batch, now);
    failed.push(...tired);
    for (const [turn, rows] of batch.byTurn) {
      const arrived = rows.filter(
        ({ claimed, index }) => claimed.phase === 0 && !tired.some(({ row }) => row.index === index),
      );
      const outcome = await attempt(arrived, (some) => ask(parts, station, turn, some, now));
      failed.push(...outcome.failed);
      for (const { rows: some, result } of outcome.results)
        for (const [i, due] of result.entries()) {
          const { index, claimed } = some[i] as BatchRow;
          ports.set(index, 'port' in due ? portIndex(station, due.port) : store.marks.beganToWait);
          if ('at' in due) until.set(`${claimed.customer} ${claimed.n}`, due.at);
        }
    }
    const answer = async (tx: Transaction) => {
      await answerBeginners(parts, tx, station, eras, now);
      const answered = new Map((await store.answered(tx)).map(({ customer, n, port }) => [`${customer} ${n}`, port]));
      for (const { index, claimed } of batch.rows) {
        const port = answered.get(`${claimed.customer} ${claimed.n}`);
        if (port !== undefined && ports.get(index) === store.marks.beganToWait) ports.set(index, port);
      }
      return { again: true };
    };
    const arm = async (tx: Transaction) => {
      const those = await store.beginners(tx);
      await store.chooseUntil(
        tx,
        those.map(({ row, customer, n }) => [row, until.get(`${customer} ${n}`) as number]),
      );
      await armBeginners(parts, tx, station, eras, now);
    };
    const events = awaitedTypes(eras.map(({ wait }) => wait));
    return { ports, failed, events, afterwards: arm, ...(events.length > 0 ? { also: answer } : {}) };
  });
}

/** Those of a batch who go round without ever waiting, to be set aside. */
async function tiredOf(parts: Parts, station: Station, { rows }: Batch, now: number): Promise<Failed<BatchRow>[]> {
  const { db, store } = parts;
  const those = rows.filter(({ claimed }) => claimed.phase === 0);
  const where = { node: station.ref, now };
  const found = await db.read((tx) =>
    store.restlessOf(
      tx,
      where,
      those.map(({ claimed }) => claimed),
    ),
  );
  const tired = new Set(found.map(({ customer, n }) => `${customer} ${n}`));
  return those
    .filter(({ claimed }) => tired.has(`${claimed.customer} ${claimed.n}`))
    .map((row) => ({ row, error: restlessError }));
}

/** By which port those of a batch leave who have not just arrived, by their place in it. */
function leaving(parts: Parts, station: Station, eras: readonly WaitEra[], batch: Batch): Map<number, number> {
  const ports = new Map<number, number>();
  for (const { index, claimed } of batch.rows) {
    if (claimed.phase === 0) continue;
    const until = eras.findLast(({ fromTurn }) => fromTurn <= claimed.turn)?.wait.until;
    const timeUp = until ? portIndex(station, until.port) : 0;
    const { wokenPhase } = parts.store;
    ports.set(index, claimed.phase >= wokenPhase ? claimed.phase - wokenPhase : timeUp);
  }
  return ports;
}

async function ask(
  parts: Parts,
  station: Station,
  turn: number,
  rows: readonly BatchRow[],
  now: number,
): Promise<Due[]> {
  const type = station.node.type as WaitType;
  const { log, limits } = parts;
  const settings = settingsIn(station, turn);
  const batch = rows.map(({ customer }) => customer);
  const dues = await within(limits.handlerTimeout, type.type, async (signal) =>
    type.due?.({ settings, now, log, signal, batch, read: parts.reader(now), zone: limits.zone }),
  );
  if (!Array.isArray(dues) || dues.length !== rows.length)
    throw new Error(
      `${type.type}: expected ${rows.length} answers, one a customer, got ${Array.isArray(dues) ? dues.length : typeof dues}`,
    );
  return (dues as unknown[]).map((due): Due => {
    if (typeof due !== 'object' || due === null)
      throw new Error(`${type.type}: expected an instant or a port, got ${due === null ? 'null' : typeof due}`);
    if ('port' in due) {
      portIndex(station, String(due.port));
      return { port: String(due.port) };
    }
    return { at: instant(type.type, (due as { at?: unknown }).at) };
  });
}
