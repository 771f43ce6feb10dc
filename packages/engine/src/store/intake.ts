import type { Transaction } from './database.ts';
import { tryOneAtATime } from './one-at-a-time.ts';

/** What has been accepted: a request of a tracking client as it came. */
export interface NewIntake {
  /** When it came. */
  receivedAt: number;
  /** How its body is to be read. */
  kind: string;
  /** How many calls it holds. */
  calls: number;
  body: string;
}

/** `done`: how many of its calls have been worked in already, the first ones. */
export interface IntakeRow extends NewIntake {
  id: number;
  done: number;
}

/** What lies in intake: about how many requests, the number of the first, and when it came. */
export interface IntakeState {
  rows: number;
  first: number;
  oldest: number | undefined;
}

/** Appends requests in their order. The rest is done when the engine comes to it. */
export const appendIntake = (tx: Transaction, rows: readonly NewIntake[]): Promise<number> =>
  tx.runMany(
    'INSERT INTO intake (received_at, kind, calls, body) VALUES (?, ?, ?, ?)',
    rows.map(({ receivedAt, kind, calls, body }) => [receivedAt, kind, calls, body]),
  );

/**
 * The oldest requests that hold about so many calls, for whoever works them in; none while another engine does: events of
 * one customer are worked in in the order in which they were accepted.
 */
export async function claimIntake(tx: Transaction, calls: number): Promise<IntakeRow[]> {
  if (!(await tryOneAtATime(tx, 'intake'))) return [];
  // Their bodies are read when it is known how many: a request is up to half a megabyte.
  const oldest = await tx.all<{ id: number; left: number }>(
    `SELECT id, calls - done AS "left" FROM intake ORDER BY id LIMIT ?`,
    [calls],
  );
  let last = oldest[0]?.id;
  if (last === undefined) return [];
  let sum = 0;
  for (const { id, left } of oldest) {
    if (sum >= calls) break;
    sum += left;
    last = id;
  }
  return tx.all<IntakeRow & object>(
    `SELECT id, received_at AS "receivedAt", kind, calls, done, body FROM intake WHERE id <= ? ORDER BY id`,
    [last],
  );
}

/** Takes away what has been worked in; of a request that has been in part, `done` says how many of its calls. */
export async function workedIn(
  tx: Transaction,
  { whole, part }: { whole: readonly number[]; part?: { id: number; done: number } | undefined },
): Promise<void> {
  if (whole.length > 0)
    await tx.run(`DELETE FROM intake WHERE id IN (SELECT value FROM ${tx.dialect.list('int')} AS whole)`, [
      JSON.stringify(whole),
    ]);
  if (part) await tx.run('UPDATE intake SET done = ? WHERE id = ?', [part.done, part.id]);
}

/** How much waits. The number of rows is that of their ids, which is exact but for those of transactions that came to nothing. */
export async function intakeState(tx: Transaction): Promise<IntakeState> {
  const first = await tx.first<{ id: number; receivedAt: number }>(
    'SELECT id, received_at AS "receivedAt" FROM intake ORDER BY id LIMIT 1',
  );
  if (!first) return { rows: 0, first: 0, oldest: undefined };
  const last = await tx.first<{ id: number }>('SELECT max(id) AS id FROM intake');
  return { rows: (last?.id ?? first.id) - first.id + 1, first: first.id, oldest: first.receivedAt };
}

/** A call that could not be worked in. */
export interface AsideCall {
  id: number;
  receivedAt: number;
  at: number;
  kind: string;
  body: string;
  error: string;
}

export const setAside = (tx: Transaction, calls: readonly Omit<AsideCall, 'id'>[]): Promise<number> =>
  tx.runMany(
    'INSERT INTO intake_aside (received_at, at, kind, body, error) VALUES (?, ?, ?, ?, ?)',
    calls.map(({ receivedAt, at, kind, body, error }) => [receivedAt, at, kind, body, error]),
  );

/** Calls that were set aside, the latest first; `before` goes on after a page. */
export const listAside = (
  tx: Transaction,
  { before, limit }: { before?: number | undefined; limit: number },
): Promise<AsideCall[]> =>
  tx.all<AsideCall & object>(
    `SELECT id, received_at AS "receivedAt", at, kind, body, error FROM intake_aside WHERE id < ? ORDER BY id DESC LIMIT ?`,
    [before ?? Number.MAX_SAFE_INTEGER, limit],
  );

export const countAside = async (tx: Transaction): Promise<number> =>
  (await tx.first<{ count: number }>('SELECT count(*) AS count FROM intake_aside'))?.count ?? 0;

/** Takes calls out of what was set aside, all of them unless told which, and gives them in the order in which they came. */
export async function takeAside(tx: Transaction, ids?: readonly number[]): Promise<AsideCall[]> {
  const which = ids ? `id IN (SELECT value FROM ${tx.dialect.list('int')} AS chosen)` : 'true';
  const taken = await tx.all<AsideCall & object>(
    `DELETE FROM intake_aside WHERE ${which} RETURNING id, received_at AS "receivedAt", at, kind, body, error`,
    ids ? [JSON.stringify(ids)] : [],
  );
  return taken.sort((a, b) => a.id - b.id);
}
