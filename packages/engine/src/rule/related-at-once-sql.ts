import type { Condition, RowsCondition } from './condition.ts';
import type { Words } from './events-at-once-sql.ts';
import type { Fragment } from './fragment.ts';
import { joinBalanced, sql } from './fragment.ts';
import type { ToSql } from './rows-sql.ts';
import { isCurrent } from './rows-sql.ts';

/** That some or none of those who share a group with a customer satisfy a condition. */
export type RelatedAtOnce = RowsCondition & { rows: Extract<RowsCondition['rows'], { of: 'related' }> };

export const isRelatedAtOnce = (condition: Condition): condition is RelatedAtOnce =>
  condition.kind === 'rows' &&
  condition.rows.of === 'related' &&
  ((condition.least === 1 && condition.most === Infinity) || condition.most === 0);

const own = sql`"rule_own"`;
const other = sql`"rule_other"`;
const related = sql`"rule_related"`;

/**
 * The condition for all customers at once: the lowest and the highest of those who satisfy it in each group, of whom a member has
 * another but itself unless both are itself. Over 1,000,000 customers in households of two or three it takes 0.6 s, and 1.9 s
 * one by one; one by one the time grows with the square of a group, and of an employer of 50,000 it would be hours.
 */
export function setOfRelated({ rows, of, most }: RelatedAtOnce, id: Fragment, toSql: ToSql, words: Words): Fragment {
  const found = sql`SELECT ${other}.customer_group AS of_group, min(${other}.customer) AS lowest, max(${other}.customer) AS highest FROM relationship AS ${other} JOIN customer AS ${related} ON ${related}.id = ${other}.customer WHERE ${other}.kind = ${rows.group} AND ${isCurrent(other)} AND ${related}.merged_into IS NULL AND ${toSql(of, related)} GROUP BY ${other}.customer_group`;
  const set = sql`SELECT ${own}.customer FROM relationship AS ${own} JOIN (${found}) AS "rule_found" ON "rule_found".of_group = ${own}.customer_group WHERE ${own}.kind = ${rows.group} AND ${isCurrent(own)} AND ("rule_found".lowest <> "rule_found".highest OR "rule_found".lowest <> ${own}.customer)`;
  return most === 0 ? sql`(NOT ${words.isIn(id, set)})` : words.isIn(id, set);
}

/** Whether a thousand customers in the middle who satisfy `before` have so many to be asked for that all are asked at once, on SQLite. */
export function isWorthIt({ rows }: RelatedAtOnce, before: (some: Fragment) => readonly Fragment[]): Fragment {
  const some = sql`"rule_some"`;
  const middle = sql`(SELECT coalesce(max(id), 0) / 2 FROM customer)`;
  const terms = joinBalanced('AND', [
    sql`${some}.id > ${middle}`,
    sql`${some}.id <= ${middle} + 1000`,
    ...before(some),
  ]);
  return sql`EXISTS (SELECT 1 FROM customer AS ${some} CROSS JOIN relationship AS ${own} CROSS JOIN relationship AS ${other} WHERE ${own}.customer = ${some}.id AND ${own}.kind = ${rows.group} AND ${other}.customer_group = ${own}.customer_group AND ${terms} LIMIT 1 OFFSET 499)`;
}
