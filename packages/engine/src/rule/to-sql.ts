import type { Condition, Field } from './condition.ts';
import type { RuleDialect, SqlField } from './dialect.ts';
import type { Fragment, RuleParameter } from './fragment.ts';
import { identifier, joinBalanced, sql } from './fragment.ts';
import type { RuleGroup } from './rule.ts';
import { postgresDialect } from './postgres-dialect.ts';
import { sqliteDialect } from './sqlite-dialect.ts';
import type { Segments } from './to-condition.ts';
import { toCondition } from './to-condition.ts';

export interface SqlContext {
  /** Epoch milliseconds. Without it the parameters keep their place for it, and `bindRule` fills it at every run. */
  now?: number;
  segments?: Segments;
  /** The alias of the customer row in the statement; `customer` unless told. */
  customer?: string;
  /** The database that the statement is for; SQLite unless told. */
  dialect?: 'sqlite' | 'postgres';
}

const dialects: Record<NonNullable<SqlContext['dialect']>, RuleDialect> = {
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
    toCondition(group, context.segments),
    identifier(context.customer ?? 'customer'),
    dialects[context.dialect ?? 'sqlite'],
  );
  return { sql: text, parameters: context.now === undefined ? [...parameters] : bindRule(parameters, context.now) };
}

/** The parameters as the driver takes them, at this `now`: a statement prepared once serves every turn. */
export const bindRule = (parameters: readonly RuleParameter[], now: number): BoundParameter[] =>
  parameters.map((parameter) => (typeof parameter === 'object' ? now - parameter.nowMinus : parameter));

function translate(condition: Condition, customer: Fragment, dialect: RuleDialect): Fragment {
  const ofCustomer = (field: Field) => {
    if (field.kind === 'time') throw new TypeError('expected a trait, got the time of an event');
    return dialect.field(sql`${customer}.traits`, field.name);
  };
  return condition.kind === 'consent'
    ? consent(condition, customer)
    : condition.kind === 'events'
      ? events(condition, customer, dialect)
      : compose(condition, dialect, ofCustomer, (inner) => translate(inner, customer, dialect));
}

function compose(
  condition: Exclude<Condition, { kind: 'consent' | 'events' }>,
  dialect: RuleDialect,
  toField: (field: Field) => SqlField,
  inner: (condition: Condition) => Fragment,
): Fragment {
  switch (condition.kind) {
    case 'constant':
      return condition.value ? sql`TRUE` : sql`FALSE`;
    case 'and':
      return joinBalanced('AND', condition.of.map(inner));
    case 'or':
      return joinBalanced('OR', condition.of.map(inner));
    case 'not':
      return sql`(NOT ${inner(condition.of)})`;
    default: {
      const other = 'other' in condition ? toField(condition.other) : undefined;
      return sql`(${dialect.condition(condition, toField(condition.field), other)})`;
    }
  }
}

const event = sql`"rule_event"`;

function eventCondition(condition: Condition, dialect: RuleDialect): Fragment {
  if (condition.kind === 'consent' || condition.kind === 'events') {
    throw new TypeError(`expected a condition on an event, got one on ${condition.kind}`);
  }
  const ofEvent = (field: Field) =>
    field.kind === 'time' ? dialect.number(sql`${event}.time`) : dialect.field(sql`${event}.properties`, field.name);
  return compose(condition, dialect, ofEvent, (inner) => eventCondition(inner, dialect));
}

/** The index (customer, type, time) finds the events, and a bare comparison with time is a range in it. */
function events(
  { type, of, least, most }: Extract<Condition, { kind: 'events' }>,
  customer: Fragment,
  dialect: RuleDialect,
): Fragment {
  const matching = sql`SELECT 1 FROM event AS ${event} WHERE ${event}.customer = ${customer}.id AND ${event}.type = ${type} AND ${eventCondition(of, dialect)}`;
  if (least > most) return sql`FALSE`;
  // An offset stops at the n-th event instead of counting them all.
  const atLeast = (count: number) =>
    count === 1 ? sql`EXISTS (${matching})` : sql`EXISTS (${matching} LIMIT 1 OFFSET ${count - 1})`;
  if (least === 0) return sql`(NOT ${atLeast(most + 1)})`;
  if (most === Infinity) return atLeast(least);
  return sql`((SELECT count(*) FROM (${matching} LIMIT ${most + 1}) AS "rule_matching") BETWEEN ${least} AND ${most})`;
}

function consent({ channel, purpose, test }: Extract<Condition, { kind: 'consent' }>, customer: Fragment): Fragment {
  const rows = sql`FROM consent AS "rule_consent" WHERE "rule_consent".customer = ${customer}.id AND "rule_consent".channel = ${channel} AND "rule_consent".purpose = ${purpose}`;
  return test === 'known'
    ? sql`EXISTS (SELECT 1 ${rows})`
    : sql`(coalesce((SELECT "rule_consent".granted ${rows} ORDER BY "rule_consent".at DESC LIMIT 1), 0) <> 0)`;
}
