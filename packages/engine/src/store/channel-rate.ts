import type { Transaction } from './database.ts';

/** How many messages a channel has begun to send since `start`, in a window of `span` milliseconds. */
export interface RateWindow {
  span: number;
  start: number;
  count: number;
}

/** The windows of a channel, kept from other workers to the end of the transaction. One that is new has counted nothing. */
export async function readRate(tx: Transaction, type: string, spans: readonly number[]): Promise<RateWindow[]> {
  for (const span of spans)
    await tx.run(
      'INSERT INTO channel_rate (type, span, start, count) VALUES (?, ?, 0, 0) ON CONFLICT (type, span) DO NOTHING',
      [type, span],
    );
  return tx.all<RateWindow>(
    `SELECT r.span, r.start, r.count FROM channel_rate r WHERE r.type = ? AND r.span IN (SELECT value FROM ${tx.dialect.list('int')} l)
     ORDER BY r.span ${tx.dialect.lock('r')}`,
    [type, JSON.stringify(spans)],
  );
}

export async function writeRate(tx: Transaction, type: string, windows: readonly RateWindow[]): Promise<void> {
  await tx.runMany(
    'UPDATE channel_rate SET start = ?, count = ? WHERE type = ? AND span = ?',
    windows.map(({ span, start, count }) => [start, count, type, span]),
  );
}
