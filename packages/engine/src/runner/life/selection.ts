import type { Identity } from '../../plugin/index.ts';
import { checkRule, RuleError, ruleToSql } from '../../rule/index.ts';
import type { RuleGroup } from '../../rule/index.ts';
import type { Selected, Transaction, Version } from '../../store/index.ts';
import type { Parts } from '../parts.ts';
import { LifeError, unsound } from './life-error.ts';

/** Who is meant. Everything given must hold; nothing given means nobody, unless `all` says so. */
export interface Selection {
  all?: true | undefined;
  customers?: readonly number[] | undefined;
  identities?: readonly { kind: string; value: string }[] | undefined;
  /** A rule over the customer base. */
  rule?: Readonly<Record<string, unknown>> | undefined;
  /** Those who stand, or are parked, at this node. */
  node?: string | undefined;
  version?: number | undefined;
}

/** All versions of a loop. Throws where there is no such loop, or it has never been published. */
export async function versionsOf(parts: Parts, tx: Transaction, loop: string): Promise<Version[]> {
  const versions = await parts.store.loadVersions(tx, loop);
  if (versions.length > 0) return versions;
  if (!(await parts.store.readLoopState(tx, loop))) throw new LifeError('unknown', `there is no loop ${loop}`);
  throw new LifeError('conflict', `the loop ${loop} has never been published: nobody is in it`);
}

/** What a selection means among the versions of a loop; undefined when it names nobody. */
export async function resolveSelection(
  parts: Parts,
  tx: Transaction,
  loop: string,
  selection: Selection,
  now: number,
): Promise<Selected | undefined> {
  const versions = await versionsOf(parts, tx, loop);
  const { all, customers, identities, rule, node, version } = selection;
  const given = [all, customers, identities, rule, node, version];
  if (given.every((criterion) => criterion === undefined)) return undefined;
  const among = version === undefined ? versions : versions.filter(({ number }) => number === version);
  if (among.length === 0)
    throw unsound(
      `the loop ${loop} has no version ${version}: expected one of ${versions.map(({ number }) => number).join(', ')}`,
    );
  const nodes = node === undefined ? undefined : among.flatMap(({ refs }) => refs.get(node) ?? []);
  if (nodes?.length === 0)
    throw unsound(`the loop ${loop} has no node ${node}${version ? ` in version ${version}` : ''}`);
  return {
    versions: among.map(({ id }) => id),
    ...(customers ? { customers } : {}),
    ...(identities ? { identities: await asKept(parts, tx, identities) } : {}),
    ...(rule ? { rule: ruleOf(parts, tx, rule, now) } : {}),
    ...(nodes ? { nodes } : {}),
  };
}

/** However they are written: keys are kept in one form. */
async function asKept({ customers }: Parts, tx: Transaction, identities: readonly Identity[]): Promise<Identity[]> {
  const keys = await customers.readKeys(tx);
  return identities.map(({ kind, value }) => ({ kind, value: keys.normal(kind, value) ?? value }));
}

function ruleOf(
  parts: Parts,
  tx: Transaction,
  rule: Readonly<Record<string, unknown>>,
  now: number,
): NonNullable<Selected['rule']> {
  const [problem] = checkRule(rule, 'rule');
  if (problem) throw unsound(`${problem.path}: ${problem.message}`);
  try {
    return ruleToSql(rule as unknown as RuleGroup, {
      now,
      segments: parts.segments(),
      customer: 'customer',
      dialect: tx.dialect.name,
    });
  } catch (error) {
    // A segment that is not there is found when the rule is translated.
    if (error instanceof RuleError) throw unsound(error.message);
    throw error;
  }
}

/** How an audit row tells of a selection: long lists by their length. */
export function describeSelection(selection: Selection): Record<string, unknown> {
  const longest = 50;
  return Object.fromEntries(
    Object.entries(selection)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, Array.isArray(value) && value.length > longest ? value.length : value]),
  );
}
