import type { Transaction } from '../store/database.ts';

/** An answer that somebody once gave, with what proves it and the wording that it was given to. */
export interface ShownConsent {
  channel: string;
  purpose: string;
  at: number;
  granted: boolean;
  source: string;
  proof: string | null;
  textVersion: string | null;
  /** The wording, where the version is known. */
  text: string | null;
}

/** Every consent of these customers, the latest first: the first of each channel and purpose is the one that stands. */
export async function showConsents(
  tx: Transaction,
  customers: readonly number[],
  limit = 200,
): Promise<ShownConsent[]> {
  const rows = await tx.all<Omit<ShownConsent, 'granted'> & { granted: number }>(
    `SELECT c.channel, c.purpose, c.at, c.granted, c.source, c.proof, c.text_version AS "textVersion", t.content AS text
     FROM consent c LEFT JOIN consent_text t ON t.purpose = c.purpose AND t.version = c.text_version
     WHERE c.customer IN (SELECT value FROM ${tx.dialect.list('int')} AS wanted)
     ORDER BY c.at DESC, c.channel, c.purpose LIMIT ?`,
    [JSON.stringify(customers), limit],
  );
  return rows.map((row) => ({ ...row, granted: row.granted === 1 }));
}
