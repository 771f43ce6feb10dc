import type { Transaction } from './database.ts';

/** Notes that a report node has new customers, those in `moved` with these paths, so that its figures are to be worked out again at `due`. */
export async function askForReports(
  tx: Transaction,
  node: number,
  paths: readonly number[],
  due: number,
): Promise<void> {
  await tx.run(
    `INSERT INTO report (node, turn, due)
     SELECT DISTINCT CAST(? AS BIGINT), turn, CAST(? AS BIGINT) FROM moved WHERE path IN (${paths.map(() => '?').join(', ')})
     ON CONFLICT (node, turn) DO UPDATE SET due = CASE WHEN report.due < excluded.due THEN report.due ELSE excluded.due END`,
    [node, due, ...paths],
  );
}

export async function dueReports(tx: Transaction, now: number): Promise<{ node: number; turn: number }[]> {
  return tx.all('SELECT node, turn FROM report WHERE due <= ? ORDER BY turn, node', [now]);
}

/** Asks for every report that is still to be worked out to be so at once. */
export async function hastenReports(tx: Transaction, now: number): Promise<void> {
  await tx.run('UPDATE report SET due = ? WHERE due > ?', [now, now]);
}

export async function saveReport(
  tx: Transaction,
  report: { node: number; turn: number; at: number; figures: string; again: number | null },
): Promise<void> {
  await tx.run('UPDATE report SET due = ?, at = ?, figures = ? WHERE node = ? AND turn = ?', [
    report.again,
    report.at,
    report.figures,
    report.node,
    report.turn,
  ]);
}

export interface Learning {
  node: number;
  fromTurn: number;
  path: (string | number)[];
  value: unknown;
  why: string;
  source: number;
  at: number;
}

/** Takes proposals: from this turn on, a node's setting is another. */
export async function saveLearnings(tx: Transaction, learnings: readonly Learning[]): Promise<void> {
  await tx.runMany(
    `INSERT INTO learning (node, from_turn, path, value, why, source, at) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (node, from_turn, path) DO UPDATE SET value = excluded.value, why = excluded.why,
       source = excluded.source, at = excluded.at`,
    learnings.map((l) => [l.node, l.fromTurn, JSON.stringify(l.path), JSON.stringify(l.value), l.why, l.source, l.at]),
  );
}

export async function loadLearnings(tx: Transaction, nodes: readonly number[]): Promise<Learning[]> {
  const rows = await tx.all<{
    node: number;
    from_turn: number;
    path: string;
    value: string;
    why: string;
    source: number;
    at: number;
  }>(
    `SELECT node, from_turn, path, value, why, source, at FROM learning
     WHERE node IN (SELECT value FROM ${tx.dialect.list('int')} r) ORDER BY from_turn, node, path`,
    [JSON.stringify(nodes)],
  );
  return rows.map(({ from_turn, path, value, ...row }) => ({
    ...row,
    fromTurn: from_turn,
    path: JSON.parse(path),
    value: JSON.parse(value),
  }));
}
