import type { Transaction } from './database.ts';

/** What somebody did to a loop. `detail` is JSON text. */
export interface AuditRow {
  seq: number;
  at: number;
  actor: string;
  action: string;
  detail: string;
}

/** Writes down what is done to a loop, in the transaction that does it. Its number among those of the loop. */
export async function writeAudit(
  tx: Transaction,
  { loop, at, actor, action, detail }: { loop: string; at: number; actor: string; action: string; detail: object },
): Promise<number> {
  const last = await tx.first<{ seq: number | null }>('SELECT max(seq) AS seq FROM loop_audit WHERE loop = ?', [loop]);
  const seq = (last?.seq ?? 0) + 1;
  await tx.run('INSERT INTO loop_audit (loop, seq, at, actor, action, detail) VALUES (?, ?, ?, ?, ?, ?)', [
    loop,
    seq,
    at,
    actor,
    action,
    JSON.stringify(detail),
  ]);
  return seq;
}

/** An intervention that takes several transactions says in each how far it has come. */
export async function updateAudit(tx: Transaction, loop: string, seq: number, detail: object): Promise<void> {
  await tx.run('UPDATE loop_audit SET detail = ? WHERE loop = ? AND seq = ?', [JSON.stringify(detail), loop, seq]);
}

/** Newest first; those alone whose action begins so, where that is told. */
export async function readAudit(tx: Transaction, loop: string, limit: number, beginning = ''): Promise<AuditRow[]> {
  return tx.all<AuditRow>(
    `SELECT seq, at, actor, action, detail FROM loop_audit WHERE loop = ? AND substr(action, 1, CAST(? AS INTEGER)) = ?
     ORDER BY seq DESC LIMIT ?`,
    [loop, beginning.length, beginning, limit],
  );
}
