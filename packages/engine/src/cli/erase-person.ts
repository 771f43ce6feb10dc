import { findParts, tellingTexts } from '../customers/index.ts';
import type { Engine } from '../runner/index.ts';
import type { ErasureCounts } from '../server/index.ts';
import type { Database } from '../store/index.ts';
import { keyedAs, presentCustomers } from '../store/index.ts';
import { scrubFiles } from './scrub-files.ts';

/** Erases a person from the database, and from the files that channels have written into `folder`; or counts what would go. */
export async function erasePerson(
  { db, engine, folder }: { db: Pick<Database, 'read'>; engine: Engine; folder: string },
  customer: number,
  options: { dryRun: boolean },
  actor: string,
): Promise<ErasureCounts | undefined> {
  const texts = options.dryRun
    ? []
    : await db.read(async (tx) => {
        const present = (await presentCustomers(tx, [customer]))[0]?.present;
        if (present === undefined) return [];
        const parts = await findParts(tx, present);
        const keys = await tx.all<{ key: string }>(
          `SELECT v.loop || '.' || x.node || '.' || ${keyedAs('m')} || '.' || m.step AS key
       FROM message m JOIN loop_node x ON x.ref = m.node JOIN loop_version v ON v.id = x.version
       WHERE m.customer IN (SELECT value FROM ${tx.dialect.list('int')} AS wanted)`,
          [JSON.stringify(parts)],
        );
        return [...(await tellingTexts(tx, parts)), ...keys.map(({ key }) => key)];
      });
  const erased = await engine.erase(customer, options, actor);
  if (!erased || options.dryRun) return erased;
  const records = scrubFiles(folder, texts);
  return { ...erased, counts: { ...erased.counts, recordsInFiles: records } };
}
