import type { Transaction } from '../../store/index.ts';
import type { Parts } from '../parts.ts';

/** What an intervention has changed so far, each kind counted. */
export type Counted = Readonly<Record<string, number>>;

export interface Chunk<P> {
  counts: Counted;
  /** Where the next chunk begins; undefined when nothing is left to do. */
  next: P | undefined;
}

/** Calls, and the engine's own steps, come in between two chunks. */
const letOthers = () => new Promise<void>((resolve) => setImmediate(resolve));

/**
 * Does something to a loop in as many transactions as it takes, and writes it down with what it has changed in the same
 * ones: whatever has been done stands in the audit, how far it came too, should the process die on the way.
 */
export async function inChunks<P>(
  parts: Parts,
  row: { loop: string; actor: string; action: string; detail: object },
  first: P,
  work: (tx: Transaction, place: P, now: number) => Promise<Chunk<P>>,
): Promise<Counted> {
  const { db, store, clock } = parts;
  const { loop, actor, action } = row;
  let seq: number | undefined;
  let counts: Counted = {};
  for (let place = first; ; ) {
    // What the transaction finds out is kept only once it has been committed: it may have to be done again.
    const step = await db.write(async (tx) => {
      const now = clock.now();
      const { counts: more, next } = await work(tx, place, now);
      const sum = addCounts(counts, more);
      const detail = { ...row.detail, ...sum, done: next === undefined };
      if (seq !== undefined) await store.updateAudit(tx, loop, seq, detail);
      const number = seq ?? (await store.writeAudit(tx, { loop, at: now, actor, action, detail }));
      return { next, sum, number };
    }, 'life');
    seq = step.number;
    counts = step.sum;
    if (step.next === undefined) return counts;
    place = step.next;
    await letOthers();
  }
}

function addCounts(a: Counted, b: Counted): Counted {
  const sum: Record<string, number> = { ...a };
  for (const [name, count] of Object.entries(b)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}
