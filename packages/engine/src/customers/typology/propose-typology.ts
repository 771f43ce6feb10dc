import type { RuleGroup } from '../../rule/index.ts';
import { fieldsOf, ruleToSql } from '../../rule/index.ts';
import type { Transaction } from '../../store/database.ts';
import { proposeTree } from './decision-tree.ts';
import { proposeClusters } from './kmeans.ts';
import { readColumns } from './read-columns.ts';
import { proposeRfm } from './rfm.ts';
import type { Feature, Proposal, TypologySettings } from './settings.ts';
import { TypologyError } from './settings.ts';

/** So many customers tell what groups there are; how many are in each is counted of all once the segments are made. */
export const sampled = 10_000;

/** A division of the customers into groups, each a rule, worked out from a sample of them that is always the same. */
export async function proposeTypology(
  tx: Transaction,
  settings: TypologySettings,
  { now, segments }: { now: number; segments: ReadonlyMap<string, RuleGroup> },
): Promise<Proposal> {
  const customers = await sampleCustomers(tx);
  if (settings.method === 'rfm') return proposeRfm(tx, customers, settings, now);
  const features = settings.method === 'tree' ? withoutTarget(settings.features, settings.target) : settings.features;
  const columns = await readColumns(tx, customers, features, now);
  if (settings.method === 'kmeans') return proposeClusters(columns, customers.length, settings.groups);
  const { sql, parameters } = ruleToSql(settings.target, { segments, now, customer: 'c', dialect: tx.dialect.name });
  const rows = await tx.all<{ id: number }>(
    `SELECT c.id FROM customer c WHERE c.id IN (SELECT value FROM ${tx.dialect.list('int')} AS wanted) AND ${sql}`,
    [JSON.stringify(customers), ...parameters],
  );
  const held = new Set(rows.map(({ id }) => id));
  return proposeTree(
    columns,
    Int32Array.from(customers, (id) => (held.has(id) ? 1 : 0)),
    settings.depth === undefined ? {} : { depth: settings.depth },
  );
}

/** What the rule asks of explains it without telling anything. */
function withoutTarget(features: readonly Feature[], target: RuleGroup): Feature[] {
  const { traits, events } = fieldsOf(target);
  const rest = features.filter((feature) =>
    feature.kind === 'trait' ? !traits.includes(feature.name) : !events.includes(feature.event),
  );
  if (rest.length === 0)
    throw new TypologyError('the rule asks of every feature that was chosen: choose others that might explain it');
  return rest;
}

/** In order of id. Numbers that follow each other are spread by a multiplication, so that every cohort is in the sample. */
async function sampleCustomers(tx: Transaction): Promise<number[]> {
  const total = await tx.first<{ count: number }>('SELECT count(*) AS count FROM customer WHERE merged_into IS NULL');
  const below = Math.ceil((4_294_967_296 * sampled) / Math.max(sampled, total?.count ?? 0));
  const rows = await tx.all<{ id: number }>(
    `SELECT id FROM customer WHERE merged_into IS NULL AND (id * 2654435761) % 4294967296 < ? ORDER BY id`,
    [below],
  );
  return rows.map(({ id }) => id);
}
