import { UnknownCustomerError, findSurvivors } from '../../customers/index.ts';
import type { Patch } from '../../plugin/index.ts';
import type { Engine } from '../../runner/index.ts';
import { LifeError } from '../../runner/index.ts';
import type { ErasureCounts } from '../../server/index.ts';
import { conflict } from '../../server/index.ts';
import type { Database } from '../../store/index.ts';
import { installation, writeAudit, writeMeta } from '../../store/index.ts';
import { erasePerson } from '../erase-person.ts';

/** The name of the privacy policy among what the installation remembers. */
export const privacyPolicyName = 'privacy_policy';

interface Parts {
  db: Database;
  engine: Engine;
  /** Where channels write. */
  folder: string;
  now: () => number;
  wake: () => void;
}

/** What people do to one customer, in the thread that writes. */
export function personMethods({ db, engine, folder, now, wake }: Parts) {
  return {
    /** What was refused, in words; undefined where there is no such customer. */
    patchCustomer: async (patch: Patch, source: string): Promise<string[] | undefined> => {
      try {
        await db.read((tx) => findSurvivors(tx, [patch.customer], source));
        const refused = await engine.patch([patch], source);
        wake();
        return refused;
      } catch (error) {
        if (error instanceof UnknownCustomerError) return undefined;
        throw error;
      }
    },

    erasePerson: async (
      customer: number,
      options: { dryRun: boolean },
      actor: string,
    ): Promise<ErasureCounts | undefined> => {
      try {
        return await erasePerson({ db, engine, folder }, customer, options, actor);
      } catch (error) {
        if (error instanceof LifeError) throw conflict(error.message);
        throw error;
      } finally {
        wake();
      }
    },

    writePrivacyPolicy: (policy: string, before: string, actor: string): Promise<void> =>
      db.write(async (tx) => {
        await writeMeta(tx, privacyPolicyName, policy);
        const detail = { before: JSON.parse(before), after: JSON.parse(policy) };
        await writeAudit(tx, { loop: installation, at: now(), actor, action: 'privacy', detail });
      }, 'life'),

    /** That somebody took along all that is known of a person. Names the customer by number alone. */
    auditExport: (customer: number, actor: string): Promise<void> =>
      db.write(async (tx) => {
        await writeAudit(tx, { loop: installation, at: now(), actor, action: 'export', detail: { customer } });
      }, 'life'),
  };
}
