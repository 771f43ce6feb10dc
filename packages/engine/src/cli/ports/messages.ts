import type { LedgerMessage, MessagesPort } from '../../server/index.ts';
import type { Transaction } from '../../store/index.ts';
import { findByKeys, keyedAs } from '../../store/index.ts';

type Read = <T>(work: (tx: Transaction) => Promise<T>) => Promise<T>;

interface Row {
  customer: number;
  step: number;
  keyedAs: string;
  turn: number;
  loop: string;
  node: string;
  status: LedgerMessage['status'];
  channel: string;
  purpose: string;
  address: string;
  attempts: number;
  due: number;
  createdAt: number;
  settledAt: number | null;
  reason: string | null;
  detail: string | null;
  body: string;
}

/** The ledger of messages, newest first. A page goes on after the key of the last message seen. */
export function createMessagesPort(read: Read): MessagesPort {
  return {
    list: ({ loop, status, after, limit }) =>
      read(async (tx) => {
        const [of = 0, nth = 0, th = 0] = (after ?? '').split('.').slice(-3).map(Number);
        const last = { customer: of, n: nth, step: th };
        const [{ customer, n, step } = last] = after === undefined ? [] : await findByKeys(tx, [last]);
        const from =
          after === undefined
            ? undefined
            : await tx.first<{ createdAt: number }>(
                'SELECT created_at AS "createdAt" FROM message WHERE customer = ? AND n = ? AND step = ?',
                [customer, n, step],
              );
        const is = (value: string) => `(CAST(? AS TEXT) IS NULL OR ${value} = ?)`;
        const rows = await tx.all<Row>(
          `SELECT m.customer, m.step, ${keyedAs('m')} AS "keyedAs", m.turn, v.loop, x.node, m.status, m.channel, m.purpose, m.address, m.attempts, m.due,
             m.created_at AS "createdAt", m.settled_at AS "settledAt", m.reason, m.detail, m.body
           FROM message m JOIN loop_node x ON x.ref = m.node JOIN loop_version v ON v.id = x.version
           WHERE ${is('v.loop')} AND ${is('m.status')}
             AND (CAST(? AS BIGINT) IS NULL OR (m.created_at, m.customer, m.n, m.step) < (?, ?, ?, ?))
           ORDER BY m.created_at DESC, m.customer DESC, m.n DESC, m.step DESC LIMIT ?`,
          [
            loop ?? null,
            loop ?? null,
            status ?? null,
            status ?? null,
            from?.createdAt ?? null,
            from?.createdAt ?? 0,
            customer,
            n,
            step,
            limit,
          ],
        );
        return rows.map(({ step: at, keyedAs: as, body, ...row }) => ({
          ...row,
          key: `${row.loop}.${row.node}.${as}.${at}`,
          body: JSON.parse(body) as Record<string, unknown>,
        }));
      }),
  };
}
