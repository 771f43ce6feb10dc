import type { Database, Transaction } from './database.ts';
import { oneAtATime, schemaLock, slotLocks } from './one-at-a-time.ts';

/** One life of an engine: its row, by which messages name who sends them, and its place in the counts. */
export interface Worker {
  id: number;
  slot: number;
}

/**
 * Takes a place among the engines of a database. Where there is one engine at a time that is the only place, with a row of
 * its own for this life. On PostgreSQL the place is a lock of a connection kept for that alone: it is free at once when the
 * process ends, however it ends, and everybody can see that. When that connection breaks the place is taken again, and
 * `worker` says in place who it is from then on: the same, unless it has been taken for dead meanwhile.
 */
export async function joinWorkers(db: Database, { name, now }: { name: string; now: () => number }): Promise<Worker> {
  if (!db.keepSlot) return db.write(async (tx) => register(tx, { name, now: now(), slot: 0 }), 'start');
  const worker: Worker = { id: 0, slot: 0 };
  const slot = await db.keepSlot(async (taken) => {
    const known = worker.id === 0 ? undefined : worker;
    Object.assign(
      worker,
      await db.write(async (tx) => {
        await oneAtATime(tx, 'workers');
        const row =
          known?.slot === taken &&
          (await tx.first('SELECT id FROM worker WHERE id = ? AND ended_at IS NULL', [known.id]));
        return row ? known : register(tx, { name, now: now(), slot: taken });
      }, 'start'),
    );
  });
  worker.slot = slot;
  return worker;
}

async function register(
  tx: Transaction,
  { name, now, slot }: { name: string; now: number; slot: number },
): Promise<Worker> {
  const row = await tx.first<{ id: number }>(
    'INSERT INTO worker (name, slot, started_at) VALUES (?, ?, ?) RETURNING id',
    [name, slot, now],
  );
  return { id: (row as { id: number }).id, slot };
}

/** A server that has just begun gives its workers so long to come back before they are taken for dead, in seconds. */
const grace = 5;

/**
 * Which of these workers are no more: nobody holds their place, or somebody else does. Those are marked as ended, so that
 * one that was only cut off comes back as another. Of whom there is no row, `strangers` decides. Where there is one engine at
 * a time, all but this one.
 */
export async function deadWorkers(
  tx: Transaction,
  ids: readonly number[],
  { now, self, strangers = false }: { now: number; self: number; strangers?: boolean },
): Promise<number[]> {
  const others = ids.filter((id) => id !== self);
  if (others.length === 0 || tx.dialect.name === 'sqlite') return others;
  await oneAtATime(tx, 'workers');
  await tx.run(
    `UPDATE worker SET ended_at = ? WHERE ended_at IS NULL AND id <> ?
       AND pg_postmaster_start_time() < now() - interval '${grace} seconds'
       AND (id <> (SELECT max(same.id) FROM worker same WHERE same.slot = worker.slot)
         OR NOT EXISTS (SELECT 1 FROM pg_locks l WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2
           AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
           AND CAST(CAST(l.classid AS bigint) AS int) = ${schemaLock} AND CAST(l.objid AS bigint) = worker.slot + ${slotLocks}))`,
    [now, self],
  );
  const rows = await tx.all<{ id: number; ended_at: number | null }>(
    `SELECT id, ended_at FROM worker WHERE id IN (SELECT value FROM ${tx.dialect.list('int')} AS asked)`,
    [JSON.stringify(others)],
  );
  const known = new Map(rows.map(({ id, ended_at }) => [id, ended_at]));
  return others.filter((id) => (known.has(id) ? known.get(id) !== null : strangers));
}
