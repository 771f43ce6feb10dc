import { writeAudit } from './audit.ts';
import type { Transaction } from './database.ts';
import { readMeta, writeMeta } from './meta.ts';
import { installation } from './policy.ts';

const name = 'permission_policy';

/** Purposes, channels, forms and texts as JSON text; undefined where nobody has declared any. */
export const readPermissionPolicy = (tx: Transaction): Promise<string | undefined> => readMeta(tx, name);

/** Sets the whole document, and writes down who did and what held before. */
export async function writePermissionPolicy(
  tx: Transaction,
  { policy, actor, now }: { policy: string; actor: string; now: number },
): Promise<void> {
  const before = await readMeta(tx, name);
  await writeMeta(tx, name, policy);
  await writeAudit(tx, {
    loop: installation,
    at: now,
    actor,
    action: 'permission',
    detail: { before: before === undefined ? null : JSON.parse(before), after: JSON.parse(policy) },
  });
}
