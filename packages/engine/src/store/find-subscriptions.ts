import type { Transaction } from './database.ts';

/** A waiting enrollment that an event of this type may wake. */
export interface Subscribed {
  customer: number;
  event: string;
  n: number;
  node: number;
  /** When its wait ends by itself. */
  due: number;
  turn: number;
  /** When it began to wait. */
  since: number;
  enteredAt: number;
  key: string;
}

/** The enrollments that wait for events of some customers. */
export async function findSubscriptions(
  tx: Transaction,
  events: readonly (readonly [customer: number, event: string])[],
): Promise<Subscribed[]> {
  const { dialect } = tx;
  return tx.all<Subscribed>(
    `SELECT s.customer, s.event, s.n, s.node, s.due, p.turn, p.since, x.entered_at AS "enteredAt", x.key
     FROM ${dialect.rows(['int', 'text'])} r ${dialect.lookupJoin} subscription s
     JOIN position p ON p.node = s.node AND p.due = s.due AND p.customer = s.customer AND p.n = s.n
     JOIN enrollment x ON x.customer = s.customer AND x.n = s.n
     WHERE s.customer = r.c0 AND s.event = r.c1 ORDER BY s.customer, s.n`,
    [JSON.stringify(events)],
  );
}

/** When an enrollment began a turn: at the last move of the one before, or as it entered. */
export async function turnBegan(
  tx: Transaction,
  { customer, n, turn, enteredAt }: Pick<Subscribed, 'customer' | 'n' | 'turn' | 'enteredAt'>,
): Promise<number> {
  const move = await tx.first<{ at: number }>(
    'SELECT at FROM journal WHERE customer = ? AND n = ? AND turn < ? ORDER BY step DESC LIMIT 1',
    [customer, n, turn],
  );
  return move?.at ?? enteredAt;
}
