import type { Database } from '../../store/index.ts';

/** How long this thread may write on before it hears what other threads ask, in milliseconds. */
const turn = 8;

/**
 * A database between whose transactions calls of other threads come in. SQLite answers at once, so that a pass over many
 * nodes would be one turn of the event loop, and whoever sends an event would wait for the end of it.
 */
export function letOthersIn(db: Database, now: () => number = () => performance.now()): Database {
  let heard = now();
  const hear = async () => {
    await new Promise<void>((resolve) => setImmediate(resolve));
    heard = now();
  };
  return {
    ...db,
    write: async (work, point) => {
      if (now() - heard > turn) await hear();
      return db.write(work, point);
    },
  };
}
