import { takeIn } from './happenings.ts';
import { LifeError } from './life/life-error.ts';
import type { Parts } from './parts.ts';
import { Touched } from './touched.ts';

/** What an erasure has taken away, or would. */
export interface Erased {
  customer: number;
  dryRun: boolean;
  counts: Record<string, number>;
}

/**
 * Erases a person and everybody who has become part of them: ends their enrollments and takes away all that names or describes
 * them, in one transaction; then nothing of it is left in the database's files either. Undefined where there is no such
 * customer. What lies in intake must have been worked in before.
 */
export async function erasePerson(
  parts: Parts,
  id: number,
  { dryRun }: { dryRun: boolean },
  actor: string,
): Promise<Erased | undefined> {
  const { db, store, customers, clock, worker, stations, permission } = parts;
  if (dryRun)
    return db.read(async (tx) => {
      const customer = (await store.presentCustomers(tx, [id]))[0]?.present;
      if (customer === undefined) return undefined;
      return { customer, dryRun, counts: await customers.countPerson(tx, await customers.findParts(tx, customer)) };
    });
  const erased = await db.write(async (tx) => {
    const now = clock.now();
    const customer = (await store.presentCustomers(tx, [id]))[0]?.present;
    if (customer === undefined) return undefined;
    const all = await customers.findParts(tx, customer);
    await store.lockCustomers(tx, [customer]);
    const ids = JSON.stringify(all);
    const under = await tx.first(
      `SELECT 1 AS one FROM message WHERE status = 'sending'
         AND customer IN (SELECT value FROM ${tx.dialect.list('int')} AS wanted)`,
      [ids],
    );
    if (under)
      throw new LifeError(
        'conflict',
        `a message to customer ${customer} is being sent at this moment: try again in a minute`,
      );
    const before = await customers.countPerson(tx, all);
    const targetOf = (node: number, port: number) => stations.byRef(node)?.targets[port]?.ref;
    await store.endEnrollments(tx, await store.locate(tx, { customers: all, targetOf }), {
      mark: store.marks.ended,
      outcome: 'cancelled',
      now,
      worker: worker.slot,
      reason: 'ended',
      detail: 'the customer was erased',
    });
    const { counts, related } = await customers.erasePerson(tx, all, {
      now,
      actor,
      secret: permission?.secret,
    });
    await takeIn(parts, tx, { events: [], touched: new Touched().everything(related) }, now);
    const told = { ...counts, enrollments: before.enrollments ?? 0 };
    await store.writeAudit(tx, {
      loop: store.installation,
      at: now,
      actor,
      action: 'erase',
      detail: { customer, ...told },
    });
    return { customer, dryRun, counts: told };
  }, 'life');
  if (erased) await db.forget?.();
  return erased;
}
