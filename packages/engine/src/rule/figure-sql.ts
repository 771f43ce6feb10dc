import type { Field, FigureCondition } from './condition.ts';
import type { RuleDialect, SqlField } from './dialect.ts';
import type { Fragment } from './fragment.ts';
import { sql } from './fragment.ts';
import { eventField, eventsOf } from './rows-sql.ts';

/** A figure as one subquery, which comes to exactly one value even where there are no events. */
export function figureToSql(
  { type, where, function: made, of, test }: FigureCondition,
  customer: Fragment,
  dialect: RuleDialect,
  traitOf: (field: Field) => SqlField,
): Fragment {
  const from = eventsOf(customer, type, where, dialect);
  const other = 'other' in test ? traitOf(test.other) : undefined;
  if (made === 'first' || made === 'last') {
    // The condition is asked within, of the event itself: any operator on any value costs one walk to the end of the index.
    const order = made === 'last' ? sql`DESC` : sql`ASC`;
    const asked = dialect.condition(test, eventField(of!, dialect), other);
    const ofNone = test.kind === 'missing' ? sql`TRUE` : sql`FALSE`;
    return sql`coalesce((SELECT ${asked} ${from} ORDER BY "rule_event".time ${order}, "rule_event".id ${order} LIMIT 1), ${ofNone})`;
  }
  return sql`(${dialect.condition(test, dialect.figure(figureOf(made, of, from, dialect)), other)})`;
}

function figureOf(
  made: Exclude<FigureCondition['function'], 'first' | 'last'>,
  of: Field | undefined,
  from: Fragment,
  dialect: RuleDialect,
): Fragment {
  if (made === 'count' || !of) return sql`(SELECT count(*) ${from})`;
  const figure = sql`(SELECT ${dialect.aggregate(made, eventField(of, dialect))} ${from})`;
  return made === 'sum' || made === 'average' ? dialect.readable(figure) : figure;
}
