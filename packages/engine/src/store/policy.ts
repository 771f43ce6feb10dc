import { writeAudit } from './audit.ts';
import type { Transaction } from './database.ts';
import { readMeta, writeMeta } from './meta.ts';

const name = 'contact_policy';

/** What is done to the installation as a whole stands in the audit under no loop. */
export const installation = '';

/** The contact policy as JSON text; undefined where nobody has set one. */
export const readPolicy = (tx: Transaction): Promise<string | undefined> => readMeta(tx, name);

/**
 * Sets the contact policy, and writes down who did and what held before. Messages that the old one holds are due at once,
 * so that the new one is asked: an administrator who takes quiet hours back does not wait for their end.
 */
export async function writePolicy(
  tx: Transaction,
  { policy, actor, now }: { policy: string; actor: string; now: number },
): Promise<void> {
  const before = await readMeta(tx, name);
  await writeMeta(tx, name, policy);
  await tx.run(
    `UPDATE message SET due = ? WHERE (customer, n, step) IN (
       SELECT customer, n, step FROM message WHERE status = 'queued' AND due > ? AND reason IN ('quiet', 'cap'))`,
    [now, now],
  );
  await writeAudit(tx, {
    loop: installation,
    at: now,
    actor,
    action: 'policy',
    detail: { before: before === undefined ? null : JSON.parse(before), after: JSON.parse(policy) },
  });
}
