import type { Database } from '../../store/index.ts';
import { StoreError } from '../../store/index.ts';

/** What is still to be done is tried again every second, so that whatever holds a refusal up is met again within this. In real milliseconds. */
const freshFor = 3_000;

/**
 * A database that remembers when it last refused to write, as on a full disk. `expectWilling` throws what it said, until
 * it has refused nothing for a few seconds: then the installation is ready again.
 */
export function heedRefusals(db: Database, now: () => number): { db: Database; expectWilling: () => void } {
  let refused: { at: number; error: StoreError } | undefined;
  const write: Database['write'] = async (work, point) => {
    try {
      return await db.write(work, point);
    } catch (error) {
      if (error instanceof StoreError) refused = { at: now(), error };
      throw error;
    }
  };
  const expectWilling = () => {
    if (refused && now() - refused.at < freshFor) throw refused.error;
  };
  return { db: { ...db, write }, expectWilling };
}
