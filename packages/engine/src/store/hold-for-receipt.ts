import type { Transaction } from './database.ts';
import { forever } from './forever.ts';
import { marks } from './marks.ts';

/** Lets all of `moved` with that port stand at their node until their message is settled. Their old positions must be gone. */
export async function holdForReceipt(tx: Transaction, node: number, now: number): Promise<void> {
  await tx.run(
    `INSERT INTO position (node, due, customer, n, step, turn, since, phase)
     SELECT CAST(? AS BIGINT), ${forever}, customer, n, step, turn, CAST(? AS BIGINT), 2
     FROM moved WHERE port = ${marks.waitsForReceipt} ORDER BY customer, n`,
    [node, now],
  );
}
