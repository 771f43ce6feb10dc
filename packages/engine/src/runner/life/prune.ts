import type { Parts } from '../parts.ts';

/** How long what is over is kept, in milliseconds; for ever where nothing is said. */
export interface Retention {
  /** Journals of enrollments, from their end on. */
  journal?: number | undefined;
  /** Bodies of messages, from when it was known what became of them. */
  messageBodies?: number | undefined;
}

/** Rows a transaction: some 20 ms, so that nobody waits for it. */
const rowsAtOnce = 5_000;
/** Pages of 4 KB that one step gives back to the file system. */
const pagesAtOnce = 2_000;

/** Deletes a little of what is older than it has to be, and gives its space back. Whether there is more to do at once. */
export async function pruneStep(parts: Parts, { journal, messageBodies }: Retention): Promise<boolean> {
  const { db, store, clock } = parts;
  const now = clock.now();
  const limit = rowsAtOnce;
  let more = false;
  if (journal !== undefined) {
    const { round } = await db.write((tx) => store.pruneJournal(tx, { before: now - journal, limit }), 'prune');
    more ||= !round;
  }
  if (messageBodies !== undefined) {
    const { round } = await db.write((tx) => store.pruneBodies(tx, { before: now - messageBodies, limit }), 'prune');
    more ||= !round;
  }
  const free = (await db.reclaim?.(pagesAtOnce)) ?? 0;
  return more || free > 0;
}
