import type { SqlValue, Transaction } from './database.ts';

/** A double opt-in: one purpose of it. Those that one mail asks for have the same digest. */
export interface OptInRow {
  digest: string;
  channel: string;
  purpose: string;
  /** Null: the address is nobody's yet. */
  customer: number | null;
  address: string;
  textVersion: string | null;
  source: string;
  /** JSON text: what was asked, from where. */
  proof: string | null;
  language: string | null;
  askedAt: number;
  expiresAt: number;
  /** When its mail is to be sent; null when it has been, or if none is. */
  due: number | null;
  attempts: number;
  confirmedAt: number | null;
}

const columns = `digest, channel, purpose, customer, address, text_version AS "textVersion", source, proof, language,
  asked_at AS "askedAt", expires_at AS "expiresAt", due, attempts, confirmed_at AS "confirmedAt"`;

export async function insertOptIns(tx: Transaction, rows: readonly OptInRow[]): Promise<void> {
  await tx.runMany(
    `INSERT INTO opt_in (digest, channel, purpose, customer, address, text_version, source, proof, language, asked_at,
       expires_at, due, attempts, confirmed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    rows.map((row): SqlValue[] => [
      row.digest,
      row.channel,
      row.purpose,
      row.customer,
      row.address,
      row.textVersion,
      row.source,
      row.proof,
      row.language,
      row.askedAt,
      row.expiresAt,
      row.due,
      row.attempts,
      row.confirmedAt,
    ]),
  );
}

export async function findOptIn(tx: Transaction, digest: string): Promise<OptInRow[]> {
  return tx.all(`SELECT ${columns} FROM opt_in WHERE digest = ? ORDER BY channel, purpose`, [digest]);
}

/** What waits for a customer's click now. */
export async function pendingOptIns(tx: Transaction, customers: readonly number[], now: number): Promise<OptInRow[]> {
  return tx.all(
    `SELECT ${columns} FROM opt_in WHERE customer IN (SELECT value FROM ${tx.dialect.list('int')} l)
       AND confirmed_at IS NULL AND expires_at > ? ORDER BY customer, channel, purpose, asked_at`,
    [JSON.stringify(customers), now],
  );
}

/** How many mails these addresses have been sent since an instant, or are about to be. */
export async function countOptInMails(
  tx: Transaction,
  addresses: readonly string[],
  since: number,
): Promise<Map<string, number>> {
  const rows = await tx.all<{ address: string; count: number }>(
    `SELECT address, count(DISTINCT digest) AS count FROM opt_in
     WHERE address IN (SELECT value FROM ${tx.dialect.list('text')} l) AND asked_at >= ? AND (due IS NOT NULL OR attempts > 0)
     GROUP BY address`,
    [JSON.stringify(addresses), since],
  );
  return new Map(rows.map(({ address, count }) => [address, count]));
}

/** Marks what was asked for as agreed to. How many purposes that were not before. */
export async function confirmOptIn(
  tx: Transaction,
  { digest, customer, now }: { digest: string; customer: number; now: number },
): Promise<number> {
  return tx.run(
    'UPDATE opt_in SET confirmed_at = ?, customer = ?, due = NULL WHERE digest = ? AND confirmed_at IS NULL AND expires_at > ?',
    [now, customer, digest, now],
  );
}

/** A refusal takes back what waits for a click: the link in a mail of before does not undo it. */
export async function withdrawOptIns(
  tx: Transaction,
  refused: readonly { customer: number; channel: string; purpose: string }[],
  now: number,
): Promise<void> {
  await tx.runMany(
    `UPDATE opt_in SET expires_at = ?, due = NULL
     WHERE customer = ? AND channel = ? AND purpose = ? AND confirmed_at IS NULL AND expires_at > ?`,
    refused.map(({ customer, channel, purpose }) => [now, customer, channel, purpose, now]),
  );
}

/** The next mails to send: a digest for each, with how often it has been tried. */
export async function dueOptIns(
  tx: Transaction,
  { now, limit }: { now: number; limit: number },
): Promise<{ digest: string; attempts: number }[]> {
  return tx.all(
    `SELECT digest, max(attempts) AS attempts FROM opt_in WHERE due IS NOT NULL AND due <= ?
     GROUP BY digest ORDER BY min(due), digest LIMIT ?`,
    [now, limit],
  );
}

/**
 * Takes a mail to be sent under a new digest, and not again before an instant. False if somebody else has taken it, or it
 * has been taken back.
 */
export async function takeOptIn(
  tx: Transaction,
  { digest, attempts, next, again }: { digest: string; attempts: number; next: string; again: number },
): Promise<boolean> {
  const taken = await tx.run(
    'UPDATE opt_in SET digest = ?, attempts = attempts + 1, due = ? WHERE digest = ? AND attempts = ? AND due IS NOT NULL',
    [next, again, digest, attempts],
  );
  return taken > 0;
}

/** Another attempt of a mail: its link is a new one, and the old one works no more. */
export async function replaceOptIn(
  tx: Transaction,
  { digest, attempts, next }: { digest: string; attempts: number; next: string },
): Promise<void> {
  await tx.run('UPDATE opt_in SET digest = ?, attempts = ? WHERE digest = ?', [next, attempts + 1, digest]);
}

/** Writes down what became of a mail: when it is tried again, or that it is not. */
export async function settleOptIn(tx: Transaction, digest: string, due: number | null): Promise<void> {
  await tx.run('UPDATE opt_in SET due = ? WHERE digest = ? AND due IS NOT NULL', [due, digest]);
}

/** Forgets what was never confirmed, or long since, and expired before an instant. The consent has its own proof. */
export async function forgetOptIns(tx: Transaction, before: number): Promise<number> {
  return tx.run('DELETE FROM opt_in WHERE expires_at < ?', [before]);
}

export async function countPendingOptIns(tx: Transaction, now: number): Promise<number> {
  const row = await tx.first<{ count: number }>(
    'SELECT count(*) AS count FROM opt_in WHERE confirmed_at IS NULL AND expires_at > ?',
    [now],
  );
  return row?.count ?? 0;
}

/** How many mails are due and have not been sent. */
export async function countDueOptIns(tx: Transaction, now: number): Promise<number> {
  const row = await tx.first<{ count: number }>(
    'SELECT count(DISTINCT digest) AS count FROM opt_in WHERE due IS NOT NULL AND due <= ?',
    [now],
  );
  return row?.count ?? 0;
}
