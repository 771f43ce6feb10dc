import type { RuleGroup } from '../rule/rule.ts';
import type { Transaction } from './database.ts';

/** The named segments that rules may refer to. */
export async function loadSegments(tx: Transaction): Promise<Map<string, RuleGroup>> {
  const rows = await tx.all<{ id: string; rule: string }>('SELECT id, rule FROM segment ORDER BY id');
  return new Map(rows.map(({ id, rule }) => [id, JSON.parse(rule) as RuleGroup]));
}
