import type { FieldCondition, OneOf, Order, Range, TextPlace } from './condition.ts';
import type { Aggregate, RuleDialect, SqlField } from './dialect.ts';
import type { Fragment, RuleParameter } from './fragment.ts';
import { list, sql } from './fragment.ts';
import { postgresInstant } from './postgres-instant.ts';

/**
 * Conditions on fields in the words of PostgreSQL's jsonb. Each operand is asked for its type first, by CASE, which unlike AND
 * promises its order: to read a text as a number is an error there, and not NULL. Texts are compared by their bytes and
 * folded for A to Z alone (`COLLATE "C"`), whatever the language of the database.
 *
 * A NUL, which PostgreSQL cannot store, is the replacement character in what is stored and in what is looked for alike.
 */
export const postgresDialect: RuleDialect = {
  field: (document, name) => {
    const value = sql`(${document} -> CAST(${name} AS text))`;
    return { value, type: sql`jsonb_typeof(${value})`, isNumber: false };
  },
  document: (column) => sql`CAST(${column} AS jsonb)`,
  has: ({ value }) => sql`${value} IS NOT NULL`,
  number: (column) => ({ value: column, type: sql`'number'`, isNumber: true, isColumn: true }),
  text: (column) => ({ value: sql`to_jsonb(${column})`, type: sql`'string'`, isNumber: false }),
  figure: (expression) => ({ value: expression, type: sql`'number'`, isNumber: true }),
  aggregate,
  // A real becomes a decimal of fifteen digits.
  readable: (expression) =>
    sql`(SELECT CASE WHEN v = trunc(v) THEN v ELSE CAST(CAST(v AS numeric) AS double precision) END FROM (SELECT ${expression} AS v) AS "rule_figure")`,
  condition: (condition, field, other) => {
    // A column that is never null keeps its bare comparison, which an index can serve.
    if (field.isColumn && condition.kind === 'range')
      return condition.numbers ? compareColumn(field.value, condition.numbers) : sql`FALSE`;
    if (field.isColumn && condition.kind === 'within')
      return compareColumn(field.value, {
        lower: { value: { nowMinus: condition.milliseconds }, inclusive: true },
        upper: { value: { nowMinus: 0 }, inclusive: true },
      });
    return sql`((${sometimesNull(condition, field, other ?? field)}) IS TRUE)`;
  },
};

/** Sums are exact, as decimals; one that no real can hold is the largest that is one. */
function aggregate(made: Aggregate, field: SqlField): Fragment {
  if (made === 'min') return sql`min(${number(field)})`;
  if (made === 'max') return sql`max(${number(field)})`;
  const decimal = sql`CASE WHEN ${field.type} = 'number' THEN CAST(${field.value} AS numeric) END`;
  const sum = sql`CAST(least(greatest(coalesce(sum(${decimal}), 0), -1.79e308), 1.79e308) AS double precision)`;
  return made === 'sum' ? sum : sql`${sum} / nullif(count(${decimal}), 0)`;
}

function sometimesNull(condition: FieldCondition, field: SqlField, other: SqlField): Fragment {
  switch (condition.kind) {
    case 'missing':
      return field.isNumber ? sql`${field.value} IS NULL` : sql`coalesce(${field.type}, 'null') = 'null'`;
    case 'oneOf':
      return oneOf(condition, field);
    case 'range':
      return range(field, condition.numbers, condition.texts);
    case 'text':
      return text(field, condition.where, condition.needle);
    case 'within':
      return within(field, condition.milliseconds);
    case 'equalField':
      return sql`${json(field)} = ${json(other)} AND ${field.type} IN ('string', 'number', 'boolean')`;
    case 'orderField': {
      const order = orders[condition.order];
      return sql`(${number(field)} ${order} ${number(other)}) OR (${string(field)} ${order} ${string(other)})`;
    }
    case 'textField':
      return place(fold(field), condition.where, fold(other));
  }
}

const orders: Record<Order, Fragment> = { '<': sql`<`, '<=': sql`<=`, '>': sql`>`, '>=': sql`>=` };

const json = (field: SqlField): Fragment => (field.isNumber ? sql`to_jsonb(${field.value})` : field.value);

/** The number that it is, else NULL. */
const number = (field: SqlField): Fragment =>
  field.isNumber
    ? sql`CAST(${field.value} AS double precision)`
    : sql`(CASE WHEN ${field.type} = 'number' THEN CAST(${field.value} AS double precision) END)`;

/** The text that it is, else NULL. */
const string = (field: SqlField): Fragment =>
  field.isNumber ? sql`NULL` : sql`(CASE WHEN ${field.type} = 'string' THEN ${field.value} #>> '{}' END COLLATE "C")`;

/** What text operators see: a text, or a whole number as its digits, with A to Z in lower case. */
function fold(field: SqlField): Fragment {
  const digits = sql`(SELECT CASE WHEN trunc(v) = v AND abs(v) <= 9007199254740991 THEN CAST(CAST(v AS bigint) AS text) END
    FROM (SELECT ${number(field)} AS v) AS "rule_number")`;
  if (field.isNumber) return digits;
  return sql`lower(CASE ${field.type} WHEN 'string' THEN ${field.value} #>> '{}' WHEN 'number' THEN ${digits} END COLLATE "C")`;
}

/** Above this a list is bound as one JSON text, whatever its length. */
const longList = 50;

/** As JSON, which knows a text from a number from a truth: texts are equal by their bytes, numbers by their value. */
function oneOf({ texts, numbers, booleans }: OneOf, field: SqlField): Fragment {
  const values = [...texts, ...numbers, ...booleans];
  if (values.length > longList)
    return sql`${json(field)} IN (SELECT value FROM jsonb_array_elements(CAST(${JSON.stringify(values)} AS jsonb)))`;
  const items = values.map((value) => sql`CAST(${JSON.stringify(value)} AS jsonb)`);
  return items.length === 1 ? sql`${json(field)} = ${items[0]!}` : sql`${json(field)} IN (${list(items)})`;
}

function range(field: SqlField, numbers: Range<number> | undefined, texts: Range<string> | undefined): Fragment {
  const real = (value: RuleParameter) => sql`CAST(${value} AS double precision)`;
  const ofNumbers = numbers && compare(number(field), numbers, real);
  const ofTexts = texts && compare(string(field), texts, (value) => sql`CAST(${value} AS text)`);
  return ofNumbers && ofTexts ? sql`(${ofNumbers}) OR (${ofTexts})` : (ofNumbers ?? ofTexts ?? sql`FALSE`);
}

function compare<T extends RuleParameter>(
  value: Fragment,
  { lower, upper }: Range<T>,
  bind: (value: T) => Fragment,
): Fragment {
  if (lower && upper) return sql`${value} BETWEEN ${bind(lower.value)} AND ${bind(upper.value)}`;
  if (lower) return sql`${value} ${orders[lower.inclusive ? '>=' : '>']} ${bind(lower.value)}`;
  return upper ? sql`${value} ${orders[upper.inclusive ? '<=' : '<']} ${bind(upper.value)}` : sql`TRUE`;
}

/** A column of whole numbers against whole numbers: against a real it would be turned into reals, and its index with it. */
function compareColumn(column: Fragment, { lower, upper }: Range<RuleParameter>): Fragment {
  const whole = (round: Fragment, value: RuleParameter) =>
    sql`CAST(${round}(greatest(least(CAST(${value} AS double precision), 9e18), -9e18)) AS bigint)`;
  const [up, down] = [sql`ceil`, sql`floor`];
  const from =
    lower &&
    (lower.inclusive ? sql`${column} >= ${whole(up, lower.value)}` : sql`${column} > ${whole(down, lower.value)}`);
  const to =
    upper &&
    (upper.inclusive ? sql`${column} <= ${whole(down, upper.value)}` : sql`${column} < ${whole(up, upper.value)}`);
  return from && to ? sql`${from} AND ${to}` : (from ?? to ?? sql`TRUE`);
}

function text(field: SqlField, where: TextPlace, needle: string): Fragment {
  return needle === '' ? sql`${fold(field)} IS NOT NULL` : place(fold(field), where, sql`CAST(${needle} AS text)`);
}

/** `strpos` and not LIKE, which would need its wildcards escaped. */
function place(folded: Fragment, where: TextPlace, needle: Fragment): Fragment {
  if (where === 'contains') return sql`strpos(${folded}, ${needle}) > 0`;
  if (where === 'beginsWith') return sql`starts_with(${folded}, ${needle})`;
  return sql`(SELECT right(v, char_length(n)) = n FROM (SELECT ${folded} AS v, ${needle} COLLATE "C" AS n) AS "rule_text")`;
}

function within(field: SqlField, milliseconds: number): Fragment {
  const instant = field.isNumber
    ? number(field)
    : sql`CASE ${field.type} WHEN 'number' THEN ${number(field)} WHEN 'string' THEN ${postgresInstant(sql`(${field.value} #>> '{}')`)} END`;
  const from = sql`CAST(${{ nowMinus: milliseconds }} AS double precision)`;
  return sql`${instant} BETWEEN ${from} AND CAST(${{ nowMinus: 0 }} AS double precision)`;
}
