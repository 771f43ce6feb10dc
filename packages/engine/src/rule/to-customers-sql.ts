import type { Condition } from './condition.ts';
import type { AtOnce } from './events-at-once-sql.ts';
import { atOnceToSql, isAtOnce, isFigureOfAll, postgresWords, setOf, sqliteWords } from './events-at-once-sql.ts';
import type { Fragment } from './fragment.ts';
import { joinBalanced, sql } from './fragment.ts';
import { narrow } from './narrow.ts';
import { isRelatedAtOnce, isWorthIt, setOfRelated } from './related-at-once-sql.ts';
import type { RuleGroup } from './rule.ts';
import type { ToSql } from './rows-sql.ts';
import { cheapestFirst } from './rows-sql.ts';
import { toCondition } from './to-condition.ts';
import type { BoundParameter, RuleSql, SqlContext } from './to-sql.ts';
import { bindRule, dialects, needsTraits, translate } from './to-sql.ts';

/**
 * A SELECT of the ids of all customers whom a rule selects, each once, in one column `id`: what counts, previews and rebuilds
 * ask, where `ruleToSql` is for customers who are at hand already. It begins at the side that leaves the fewest, and asks what
 * needs no more than an id before it looks at the customer's row. Put `ORDER BY id LIMIT 10` behind it, or FROM around it.
 */
export function ruleToCustomersSql(
  group: RuleGroup,
  context: Omit<SqlContext, 'customer'> & { now: number },
): RuleSql<BoundParameter>;
export function ruleToCustomersSql(group: RuleGroup, context?: Omit<SqlContext, 'customer'>): RuleSql;
export function ruleToCustomersSql(group: RuleGroup, context: Omit<SqlContext, 'customer'> = {}): RuleSql {
  const condition = toCondition(group, context);
  const all = condition.kind === 'and' ? condition.of : [condition];
  const { dialect = 'sqlite', indexed } = context;
  // What the index of a trait answers is for the database to begin with, if that leaves fewer than the side chosen here.
  const part = indexed?.size ? narrow(condition, { indexed, dialect, customer }) : undefined;
  const { text, parameters } = (dialect === 'postgres' ? onPostgres : onSqlite)(all, part);
  return { sql: text, parameters: context.now === undefined ? [...parameters] : bindRule(parameters, context.now) };
}

const customer = sql`"rule_customer"`;
const asked = sql`"rule_asked"`;
const isThere = (part: Fragment | undefined): readonly Fragment[] => [
  sql`${customer}.merged_into IS NULL`,
  ...(part ? [part] : []),
];

/**
 * Over 1,000,000 customers with 10,000,000 events, of whom 533,000 consent, "three orders in 90 days, three countries, consent"
 * takes 0.52 s when all customers are gone through, 0.45 s from the events, 0.42 s from the consents when the customer's row is
 * looked up for each, and 0.31 s like this: who consents, of those who has ordered, of those who lives where.
 */
function onSqlite(all: readonly Condition[], part: Fragment | undefined): Fragment {
  const first = firstOf(all);
  const rest = cheapestFirst(all.filter((condition) => condition !== first?.condition));
  const say = (conditions: readonly Condition[], alias: Fragment) =>
    conditions.map((condition) => {
      const before = [...(first ? [first.condition] : []), ...rest.slice(0, rest.indexOf(condition))];
      return sayOnSqlite(
        condition,
        alias,
        before.filter((one) => !isAtOnce(one) && !isRelatedAtOnce(one)).slice(0, mostBefore),
      );
    });
  if (!first)
    return sql`SELECT ${customer}.id AS id FROM customer AS ${customer} WHERE ${allOf([...isThere(part), ...say(rest, customer)])}`;
  const ofId = rest.filter((condition) => !needsTraits(condition));
  const ofRow = rest.filter(needsTraits);
  const terms = [...say(ofId, asked), ...first.last, ...isThere(part), ...say(ofRow, customer)];
  return sql`SELECT ${asked}.id AS id FROM (${first.ids}) AS ${asked} ${part ? sql`JOIN` : sql`CROSS JOIN`} customer AS ${customer} ON ${customer}.id = ${asked}.id WHERE ${allOf(terms)}`;
}

/** One condition; what is asked of customers before it tells whether it is better asked of all of them at once. */
function sayOnSqlite(condition: Condition, alias: Fragment, before: readonly Condition[]): Fragment {
  const inner = (of: Condition) => sayOnSqlite(of, alias, before);
  if (condition.kind === 'not') return sql`(NOT ${inner(condition.of)})`;
  if (condition.kind === 'and' || condition.kind === 'or') return joined(condition, inner);
  const toSql: ToSql = (of, customer) => translate(of, customer, dialects.sqlite);
  const id = sql`${alias}.id`;
  const oneByOne = toSql(condition, alias);
  const ofSome = (some: Fragment) => before.map((one) => toSql(one, some));
  if (isAtOnce(condition)) return atOnceToSql(condition, { id, oneByOne, before: ofSome, dialect: dialects.sqlite });
  if (isRelatedAtOnce(condition))
    return sql`(CASE WHEN ${isWorthIt(condition, ofSome)} THEN ${setOfRelated(condition, id, toSql, sqliteWords)} ELSE ${oneByOne} END)`;
  return oneByOne;
}

/** How much of a rule is said once more, to estimate how many of its customers are left. */
const mostBefore = 8;

interface First {
  condition: Condition;
  /** A SELECT of ids that SQLite puts into the statement around it. */
  ids: Fragment;
  /** What has to be asked of them after what leaves fewer. */
  last: readonly Fragment[];
}

/** What leaves so few customers that it is gone through instead of them: a list, else those who consent. */
function firstOf(all: readonly Condition[]): First | undefined {
  const list = all.find((condition) => condition.kind === 'list');
  if (list)
    return {
      condition: list,
      ids: sql`SELECT customer AS id FROM list_member WHERE list = (SELECT ref FROM static_list WHERE static_list.id = ${list.id})`,
      last: [],
    };
  const consent = all.find((condition) => condition.kind === 'consent' && condition.test === 'granted');
  if (consent?.kind !== 'consent') return undefined;
  const { channel, purpose } = consent;
  return {
    condition: consent,
    ids: sql`SELECT customer AS id, at FROM consent WHERE channel = ${channel} AND purpose = ${purpose} AND granted <> 0`,
    last: [
      sql`NOT EXISTS (SELECT 1 FROM consent AS "rule_later" WHERE "rule_later".customer = ${asked}.id AND "rule_later".channel = ${channel} AND "rule_later".purpose = ${purpose} AND "rule_later".at > ${asked}.at)`,
    ],
  };
}

/**
 * The planner finds the order itself, if what there is to count and to add is a set of customers, and not asked of each anew: as
 * fast as by hand. Where the index of a trait leaves few of them, that is dearer than to ask those few.
 */
function onPostgres(all: readonly Condition[], part: Fragment | undefined): Fragment {
  const dialect = dialects.postgres;
  const say = (condition: Condition): Fragment => {
    if (condition.kind === 'not') return sql`(NOT ${say(condition.of)})`;
    if (condition.kind === 'and' || condition.kind === 'or') return joined(condition, say);
    if (!part && isRelatedAtOnce(condition))
      return setOfRelated(condition, sql`${customer}.id`, (of, one) => translate(of, one, dialect), postgresWords);
    return !part && (isAtOnce(condition) || isFigureOfAll(condition) || isCountOfEvents(condition))
      ? setOf(condition, sql`${customer}.id`, dialect, postgresWords)
      : translate(condition, customer, dialect);
  };
  return sql`SELECT ${customer}.id AS id FROM customer AS ${customer} WHERE ${allOf([...isThere(part), ...all.map(say)])}`;
}

/** At least or at most so many events; for one event alone the planner makes a join by itself. */
const isCountOfEvents = (condition: Condition): condition is AtOnce =>
  condition.kind === 'rows' &&
  condition.rows.of === 'events' &&
  !(condition.least === 1 && condition.most === Infinity) &&
  condition.most > 0;

const joined = (
  { kind, of }: { kind: 'and' | 'or'; of: readonly Condition[] },
  say: (of: Condition) => Fragment,
): Fragment => joinBalanced(kind === 'and' ? 'AND' : 'OR', cheapestFirst(of).map(say));

const allOf = (terms: readonly Fragment[]): Fragment => joinBalanced('AND', terms);
