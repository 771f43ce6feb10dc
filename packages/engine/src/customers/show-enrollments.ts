import type { JsonObject } from '../plugin/json.ts';
import type { Transaction } from '../store/database.ts';

export interface ShownStep {
  at: number;
  turn: number;
  node: string;
  /** The port's place in the node's list, or one of the journal's marks below zero. */
  port: number;
  until: number | null;
}

export interface ShownEnrollment {
  /** Whose enrollment it was: not the shown customer's id when it came with a merge. */
  customer: number;
  n: number;
  loop: string;
  loopName: string;
  version: number;
  enteredAt: number;
  endedAt: number | null;
  /** Why it ended, where it did not come to an end of the drawing. */
  outcome: 'goal' | 'exit' | 'cancelled' | 'merged' | null;
  /** Where it entered. Where it stands follows from the last step: there, or where that port leads. */
  entry: string;
  /** Why it has been set aside. */
  parked: string | null;
  steps: ShownStep[];
}

export interface ShownMessage {
  customer: number;
  loop: string;
  node: string;
  turn: number;
  status: string;
  createdAt: number;
  settledAt: number | null;
  address: string;
  body: JsonObject;
  cost: number;
  detail: string | null;
}

/** The enrollments of these customers, newest first, each with its last `latest` steps in their order. */
export async function showEnrollments(
  tx: Transaction,
  customers: readonly number[],
  latest: number,
): Promise<ShownEnrollment[]> {
  const wanted = JSON.stringify(customers);
  const enrollments = await tx.all<Omit<ShownEnrollment, 'steps'>>(
    `SELECT e.customer, e.n, loop.id AS loop, loop.name AS "loopName", v.number AS version, e.entered_at AS "enteredAt",
       e.ended_at AS "endedAt", e.outcome, entry.node AS entry, parked.error AS parked
     FROM enrollment e
     JOIN loop_version v ON v.id = e.version
     JOIN loop ON loop.id = v.loop
     JOIN loop_node entry ON entry.ref = e.node
     LEFT JOIN parked ON parked.customer = e.customer AND parked.n = e.n
     WHERE e.customer IN (SELECT value FROM ${tx.dialect.list('int')} r)
     ORDER BY e.entered_at DESC, e.customer, e.n DESC`,
    [wanted],
  );
  const shown: ShownEnrollment[] = [];
  for (const enrollment of enrollments) {
    const steps = await tx.all<ShownStep>(
      `SELECT j.at, j.turn, loop_node.node, s.port, j.until
       FROM (SELECT step, at, turn, path, until FROM journal WHERE customer = ? AND n = ? ORDER BY step DESC LIMIT ?) j
       JOIN path_step s ON s.path = j.path JOIN loop_node ON loop_node.ref = s.node
       ORDER BY j.step DESC, s.i DESC LIMIT ?`,
      [enrollment.customer, enrollment.n, latest, latest],
    );
    shown.push({ ...enrollment, steps: steps.toReversed() });
  }
  return shown;
}

/** The messages to these customers, newest first. */
export async function showMessages(
  tx: Transaction,
  customers: readonly number[],
  latest: number,
): Promise<ShownMessage[]> {
  const rows = await tx.all<Omit<ShownMessage, 'body'> & { body: string }>(
    `SELECT m.customer, v.loop, loop_node.node, m.turn, m.status, m.created_at AS "createdAt", m.settled_at AS "settledAt",
       m.address, m.body, m.cost, m.detail
     FROM message m
     JOIN loop_node ON loop_node.ref = m.node
     JOIN loop_version v ON v.id = loop_node.version
     WHERE m.customer IN (SELECT value FROM ${tx.dialect.list('int')} r)
     ORDER BY m.created_at DESC, m.customer, m.n DESC, m.step DESC LIMIT ?`,
    [JSON.stringify(customers), latest],
  );
  return rows.map((row) => ({ ...row, body: JSON.parse(row.body) as JsonObject }));
}
