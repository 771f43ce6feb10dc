import type { Transaction } from './database.ts';

/** A wording that people are asked to agree to. `usedAt`: when somebody was shown it first; from then on it is never changed. */
export interface ConsentText {
  purpose: string;
  version: string;
  content: string;
  at: number;
  usedAt: number | null;
}

const columns = 'purpose, version, content, at, used_at AS "usedAt"';

/** By purpose, the newest version first. */
export async function listConsentTexts(tx: Transaction): Promise<ConsentText[]> {
  return tx.all(`SELECT ${columns} FROM consent_text ORDER BY purpose, at DESC, version DESC`);
}

/** The newest wording of each of these purposes; a purpose without one is left out. */
export async function currentTexts(tx: Transaction, purposes: readonly string[]): Promise<ConsentText[]> {
  const newest = new Map<string, ConsentText>();
  const rows = await tx.all<ConsentText>(
    `SELECT ${columns} FROM consent_text WHERE purpose IN (SELECT value FROM ${tx.dialect.list('text')} l)
     ORDER BY at, version`,
    [JSON.stringify(purposes)],
  );
  for (const row of rows) newest.set(row.purpose, row);
  return [...newest.values()];
}

/** Saves a wording, new or changed. False if that version has been used with other words: then it stays as it is. */
export async function saveConsentText(
  tx: Transaction,
  { purpose, version, content, at }: Omit<ConsentText, 'usedAt'>,
): Promise<boolean> {
  const saved = await tx.run(
    `INSERT INTO consent_text (purpose, version, content, at) VALUES (?, ?, ?, ?)
     ON CONFLICT (purpose, version) DO UPDATE SET content = excluded.content
     WHERE consent_text.used_at IS NULL OR consent_text.content = excluded.content`,
    [purpose, version, content, at],
  );
  return saved > 0;
}

/** Marks wordings as shown to somebody. */
export async function markTextsUsed(
  tx: Transaction,
  texts: readonly { purpose: string; version: string }[],
  now: number,
): Promise<void> {
  const used = new Map(texts.map((text) => [JSON.stringify([text.purpose, text.version]), text]));
  await tx.runMany(
    'UPDATE consent_text SET used_at = ? WHERE purpose = ? AND version = ? AND used_at IS NULL',
    [...used.values()].map(({ purpose, version }) => [now, purpose, version]),
  );
}
