import type { Transaction } from './database.ts';
import { endEnrollments } from './end-enrollments.ts';
import type { TargetOf } from './locate.ts';
import { locate } from './locate.ts';
import { marks } from './marks.ts';

/** Ends every live enrollment of customers who were merged into another, wherever it stands. */
export async function withdraw(
  tx: Transaction,
  {
    customers,
    now,
    worker,
    targetOf,
  }: { customers: readonly number[]; now: number; worker: number; targetOf: TargetOf },
): Promise<void> {
  if (customers.length === 0) return;
  await endEnrollments(tx, await locate(tx, { customers, targetOf }), {
    mark: marks.merged,
    outcome: 'merged',
    now,
    worker,
    reason: 'ended',
    detail: 'the customer was merged into another',
  });
}
