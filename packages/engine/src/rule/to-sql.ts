import type { Condition, Field } from './condition.ts';
import type { RuleDialect } from './dialect.ts';
import { figureToSql } from './figure-sql.ts';
import { Fragment, identifier, sql } from './fragment.ts';
import type { RuleParameter } from './fragment.ts';
import { compose, rowsToSql } from './rows-sql.ts';
import type { RuleGroup } from './rule.ts';
import { postgresDialect } from './postgres-dialect.ts';
import { shareModulus, shareSql } from './share.ts';
import { sqliteDialect } from './sqlite-dialect.ts';
import type { RuleNames } from './to-condition.ts';
import { toCondition } from './to-condition.ts';

export interface SqlContext extends RuleNames {
  /** Epoch milliseconds. Without it the parameters keep their place for it, and `bindRule` fills it at every run. */
  now?: number;
  /** The alias of the customer row in the statement; `customer` unless told. */
  customer?: string;
  /** The database that the statement is for; SQLite unless told. */
  dialect?: 'sqlite' | 'postgres';
  /** Traits that have an index, for `ruleToCustomersSql`: who asks some customers alone finds those faster by their ids. */
  indexed?: ReadonlySet<string>;
}

export const dialects: Record<NonNullable<SqlContext['dialect']>, RuleDialect> = {
  sqlite: sqliteDialect,
  postgres: postgresDialect,
};

/** A boolean expression, never NULL (0 or 1 on SQLite), over a row of `customer`. Fit for WHERE and CASE WHEN. */
export interface RuleSql<P = RuleParameter> {
  sql: string;
  parameters: P[];
}

export type BoundParameter = string | number;

export function ruleToSql(group: RuleGroup, context: SqlContext & { now: number }): RuleSql<BoundParameter>;
export function ruleToSql(group: RuleGroup, context?: SqlContext): RuleSql;
export function ruleToSql(group: RuleGroup, context: SqlContext = {}): RuleSql {
  const { text, parameters } = translate(
    toCondition(group, context),
    identifier(context.customer ?? 'customer'),
    dialects[context.dialect ?? 'sqlite'],
  );
  return { sql: text, parameters: context.now === undefined ? [...parameters] : bindRule(parameters, context.now) };
}

/** The parameters as the driver takes them, at this `now`: a statement prepared once serves every turn. */
export const bindRule = (parameters: readonly RuleParameter[], now: number): BoundParameter[] =>
  parameters.map((parameter) => (typeof parameter === 'object' ? now - parameter.nowMinus : parameter));

/** A condition as SQL over a row of `customer`; one that `needsTraits` is false of asks no more of the row than its `id`. */
export function translate(condition: Condition, customer: Fragment, dialect: RuleDialect): Fragment {
  const traitOf = (field: Field) => {
    if (field.kind !== 'value') throw new TypeError(`expected a trait, got the ${field.kind} of something else`);
    return dialect.field(sql`${customer}.traits`, field.name);
  };
  switch (condition.kind) {
    case 'rows':
      return rowsToSql(condition, customer, dialect, (of, related) => translate(of, related, dialect));
    case 'figure':
      return figureToSql(condition, customer, dialect, traitOf);
    case 'consent':
      return consent(condition, customer);
    case 'list':
      return sql`EXISTS (SELECT 1 FROM list_member AS "rule_list" WHERE "rule_list".customer = ${customer}.id AND "rule_list".list = (SELECT ref FROM static_list WHERE static_list.id = ${condition.id}))`;
    case 'share':
      return share(condition, customer);
    default:
      return compose(condition, dialect, traitOf, (inner) => translate(inner, customer, dialect));
  }
}

/** Whether a condition asks for traits of the customer itself. */
export function needsTraits(condition: Condition): boolean {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return condition.of.some(needsTraits);
    case 'not':
      return needsTraits(condition.of);
    case 'figure':
      return 'other' in condition.test;
    case 'rows':
    case 'consent':
    case 'list':
    case 'share':
    case 'constant':
      return false;
    default:
      return true;
  }
}

function consent({ channel, purpose, test }: Extract<Condition, { kind: 'consent' }>, customer: Fragment): Fragment {
  const rows = sql`FROM consent AS "rule_consent" WHERE "rule_consent".customer = ${customer}.id AND "rule_consent".channel = ${channel} AND "rule_consent".purpose = ${purpose}`;
  return test === 'known'
    ? sql`EXISTS (SELECT 1 ${rows})`
    : sql`(coalesce((SELECT "rule_consent".granted ${rows} ORDER BY "rule_consent".at DESC LIMIT 1), 0) <> 0)`;
}

function share({ key, from, below }: Extract<Condition, { kind: 'share' }>, customer: Fragment): Fragment {
  const number = new Fragment(shareSql(`${customer.text}.id`, key), []);
  const above = from > 0 ? sql`h >= ${from}` : sql`TRUE`;
  const under = below < shareModulus ? sql`h < ${below}` : sql`TRUE`;
  return sql`(SELECT ${above} AND ${under} FROM (${number}) AS "rule_share")`;
}
