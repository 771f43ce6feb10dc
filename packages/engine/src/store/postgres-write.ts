import { setTimeout } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';
import type { Transaction } from './database.ts';
import { StoreUnavailableError } from './database.ts';
import { hasLost, isConnectionLoss, isDuplicate, toStoreError } from './postgres-errors.ts';
import type { Statements } from './postgres-connection.ts';
import { statementsOver } from './postgres-connection.ts';

/** How often a transaction that lost against others is done again, and how often one that found its key taken. */
const mostLost = 20;
const mostDuplicates = 3;
/** How long a server that is away is waited for, and how long between two looks, in milliseconds. */
const patience = 30_000;
const pause = 200;

/** What became of a transaction. `unknown`: its commit was sent, and the connection broke before the answer. */
type Outcome<T> =
  | { kind: 'done'; result: T }
  | { kind: 'failed'; error: unknown; cause: unknown }
  | { kind: 'unknown'; result: T; id: string; cause: unknown };

/**
 * One transaction, committed once. It is done again from its beginning when it lost against another (a deadlock, a key that
 * somebody else inserted at the same time) and when the connection broke before its commit was sent, for then nothing of it is left.
 *
 * When the connection breaks between the commit and its answer, the transaction may have been committed or not. It is
 * neither repeated nor reported as failed: its id, which it was given at its beginning, is looked up in the server's own
 * ledger (`pg_xact_status`) once the server is back. Committed: its result stands. Aborted: it is done again. Where even the
 * ledger does not know, as on a standby that was promoted without its last commits, an error says so. Whoever asked may ask
 * again: the engine's verbs look who still stands where, so that a move that has been made finds nobody to move, an event
 * that has come is known by its message id, and a message has its place in the outbox.
 */
export async function writeOnce<T>(
  { pool, statements, place }: { pool: Pool; statements: Statements; place: string },
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  let lost = 0;
  let duplicates = 0;
  let waited = 0;
  for (;;) {
    const outcome = await attempt(pool, statements, place, work);
    if (outcome.kind === 'done') return outcome.result;
    if (outcome.kind === 'unknown') {
      if (await wasCommitted(pool, outcome.id, place, outcome.cause)) return outcome.result;
      continue;
    }
    const { cause, error } = outcome;
    const again = hasLost(cause) ? ++lost <= mostLost : isDuplicate(cause) && ++duplicates <= mostDuplicates;
    if (again) {
      // Two that lost against each other should not meet again at once: who has lost more often waits longer.
      await setTimeout(Math.min(2 ** (lost + duplicates), 100));
      continue;
    }
    if (!isConnectionLoss(cause) || waited >= patience) throw toStoreError(error, place);
    waited += pause;
    await setTimeout(pause);
  }
}

async function attempt<T>(
  pool: Pool,
  statements: Statements,
  place: string,
  work: (tx: Transaction) => Promise<T>,
): Promise<Outcome<T>> {
  let client: PoolClient;
  try {
    client = await pool.connect();
  } catch (error) {
    return { kind: 'failed', error, cause: error };
  }
  let first: unknown;
  const onError = (error: unknown) => {
    first ??= error;
  };
  try {
    // Sent without waiting for its answer: the first statement of the work is on its way behind it.
    const begun = begin(client);
    begun.catch(onError);
    const tx = statementsOver(client, statements, place, onError);
    let result: T;
    try {
      result = await work(tx);
      // A statement has failed, and the work went on without it: PostgreSQL would take the commit for a rollback.
      if (first !== undefined) throw first;
      await begun;
    } catch (error) {
      await client.query('ROLLBACK').catch(onError);
      const cause = first ?? error;
      client.release(isConnectionLoss(cause));
      return { kind: 'failed', error, cause };
    }
    const id = await begun;
    try {
      const { command } = await client.query('COMMIT');
      client.release();
      if (command === 'COMMIT') return { kind: 'done', result };
      const error = new Error(`expected the transaction to be committed, the database answered ${command}`);
      return { kind: 'failed', error, cause: error };
    } catch (error) {
      client.release(true);
      if (isConnectionLoss(error)) return { kind: 'unknown', result, id, cause: error };
      return { kind: 'failed', error, cause: error };
    }
  } catch (error) {
    return { kind: 'failed', error, cause: first ?? error };
  }
}

/** Begins, and gives the transaction's id, by which the server knows later what became of it. */
async function begin(client: PoolClient): Promise<string> {
  const [, second] = (await client.query('BEGIN; SELECT CAST(pg_current_xact_id() AS text) AS id')) as unknown as {
    rows: { id: string }[];
  }[];
  return second?.rows[0]?.id ?? '';
}

/** Asks the server's ledger what became of a transaction, as soon as it can be asked. */
async function wasCommitted(pool: Pool, id: string, place: string, cause: unknown): Promise<boolean> {
  for (let waited = 0; waited < patience; waited += pause) {
    await setTimeout(pause);
    try {
      const { rows } = await pool.query<{ status: string | null }>(
        'SELECT pg_xact_status(CAST($1 AS xid8)) AS status',
        [id],
      );
      const status = rows[0]?.status;
      if (status === 'committed') return true;
      if (status === 'aborted') return false;
      // In progress: its server process has not noticed yet that nobody listens. Null: too old to be known.
      if (status == null) break;
    } catch (error) {
      if (!isConnectionLoss(error)) break;
    }
  }
  throw new StoreUnavailableError(
    `the connection to the database ${place} broke at a commit, and it cannot be learnt whether that was done: ` +
      'expected the same server to come back. Asking for the same again is safe for all that carries a key of its own',
    { cause },
  );
}
