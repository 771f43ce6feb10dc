import type { JsonObject } from '../../plugin/json.ts';
import type { Rule, RuleGroup } from '../../rule/index.ts';
import { parseDuration, parseInstant } from '../../rule/index.ts';
import type { Transaction } from '../../store/database.ts';
import type { Column } from './column.ts';
import { roundValue } from './column.ts';
import type { Feature } from './settings.ts';
import { TypologyError } from './settings.ts';

const day = 86_400_000;
/** Of a trait of texts so many values are told apart, those that most customers have. */
const mostValues = 6;
/** Customers whose events are read at once. */
const chunk = 2_000;

/** What is known of these customers, a column a feature; a trait of texts gives one for each of its common values. */
export async function readColumns(
  tx: Transaction,
  customers: readonly number[],
  features: readonly Feature[],
  now: number,
): Promise<Column[]> {
  const columns: Column[] = [];
  const names = features.flatMap((feature) => (feature.kind === 'trait' ? [feature.name] : []));
  const traits = names.length > 0 ? await readTraitValues(tx, customers, names) : new Map<string, unknown[]>();
  for (const feature of features)
    columns.push(
      ...(feature.kind === 'trait'
        ? traitColumns(feature.name, traits.get(feature.name) ?? [], now)
        : [await eventColumn(tx, customers, feature, now)]),
    );
  return columns.filter(({ values }) => varies(values));
}

const varies = (values: Float64Array): boolean => values.some((value) => !Object.is(value, values[0]));

async function readTraitValues(
  tx: Transaction,
  customers: readonly number[],
  names: readonly string[],
): Promise<Map<string, unknown[]>> {
  const found = new Map(names.map((name) => [name, [] as unknown[]]));
  for (let from = 0; from < customers.length; from += chunk) {
    const rows = await tx.all<{ traits: string }>(
      `SELECT ${tx.dialect.json('traits')} AS traits FROM customer
       WHERE id IN (SELECT value FROM ${tx.dialect.list('int')} AS wanted) ORDER BY id`,
      [JSON.stringify(customers.slice(from, from + chunk))],
    );
    for (const row of rows) {
      const traits = JSON.parse(row.traits) as JsonObject;
      for (const name of names) found.get(name)?.push(Object.hasOwn(traits, name) ? traits[name] : undefined);
    }
  }
  return found;
}

/** A trait is what most of its values are. */
function traitColumns(name: string, values: readonly unknown[], now: number): Column[] {
  const kinds = Map.groupBy(values, kindOf);
  kinds.delete('missing');
  const kind = [...kinds].sort(([, a], [, b]) => b.length - a.length)[0]?.[0];
  const asText = (operator: string, value: unknown): Rule => ({ field: name, operator, value });
  switch (kind) {
    case 'number':
      return [
        {
          label: name,
          of: name,
          is: 'mean',
          values: Float64Array.from(values, (value) => (typeof value === 'number' ? value : Number.NaN)),
          round: roundValue,
          below: (split) => asText('<', split),
          notBelow: (split) => orMissing(name, asText('>=', split), values),
        },
      ];
    case 'boolean':
      return [share(name, `${name} is yes`, (value) => value === true, values, asText('=', true), asText('!=', true))];
    case 'instant':
      return [
        {
          label: `days since ${name}`,
          of: name,
          is: 'mean',
          values: Float64Array.from(values, (value) => {
            const instant = typeof value === 'string' ? parseInstant(value) : undefined;
            return instant === undefined || instant > now ? Number.NaN : daysSince(instant, now);
          }),
          round: wholeDays,
          below: (split) => asText('within', `P${split}D`),
          notBelow: (split) => asText('notWithin', `P${split}D`),
        },
      ];
    case 'text':
      return commonValues(values).map((one) =>
        share(name, `${name} is ${one}`, (value) => value === one, values, asText('=', one), asText('!=', one)),
      );
    default:
      return [];
  }
}

/** 1 for those who have a value and 0 for the others: a split at a half asks who has it. */
const share = (
  of: string,
  label: string,
  has: (value: unknown) => boolean,
  values: readonly unknown[],
  yes: Rule,
  no: Rule,
): Column => ({
  label,
  of,
  is: 'share',
  values: Float64Array.from(values, (value) => (has(value) ? 1 : 0)),
  round: () => 0.5,
  below: () => no,
  notBelow: () => yes,
});

const orMissing = (field: string, rule: Rule, values: readonly unknown[]): Rule | RuleGroup =>
  values.some((value) => kindOf(value) === 'missing')
    ? { combinator: 'or', rules: [rule, { field, operator: 'null' }] }
    : rule;

function kindOf(value: unknown): 'missing' | 'number' | 'boolean' | 'instant' | 'text' | 'other' {
  if (value === undefined || value === null) return 'missing';
  if (typeof value === 'number') return 'number';
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value !== 'string') return 'other';
  return parseInstant(value) === undefined ? 'text' : 'instant';
}

/** The texts that at least one in fifty has. A name or an address, which hardly two share, is no typology. */
function commonValues(values: readonly unknown[]): string[] {
  const counts = new Map<string, number>();
  for (const value of values) if (typeof value === 'string') counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts]
    .filter(([, count]) => count * 50 >= values.length)
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .slice(0, mostValues)
    .map(([value]) => value);
}

/** A window takes in the instant at its edge: whoever lies there is below it, as for the rule. */
const daysSince = (instant: number, now: number): number => (now - instant - 0.5) / day;

const wholeDays = (split: number): number => Math.max(1, Math.round(split));

async function eventColumn(
  tx: Transaction,
  customers: readonly number[],
  { event, figure, property, within }: Extract<Feature, { kind: 'events' }>,
  now: number,
): Promise<Column> {
  if (figure === 'sum' && !property) throw new TypologyError(`expected the property of ${event} to be added up`);
  const since = within === undefined ? undefined : now - parseDuration(within);
  const at = new Map(customers.map((customer, i) => [customer, i]));
  const values = new Float64Array(customers.length).fill(figure === 'recency' ? Number.NaN : 0);
  const number = tx.dialect.jsonNumber('properties');
  const key = tx.dialect.jsonKey(property ?? '');
  const asked = {
    count: { sql: 'count(*)', parameters: [] },
    sum: { sql: `coalesce(sum(${number}), 0)`, parameters: [key, key] },
    recency: { sql: 'max(time)', parameters: [] },
  }[figure];
  for (let from = 0; from < customers.length; from += chunk) {
    const rows = await tx.all<{ customer: number; figure: number }>(
      `SELECT customer, ${asked.sql} AS figure FROM event
       WHERE customer IN (SELECT value FROM ${tx.dialect.list('int')} AS wanted) AND type = ? AND time >= ? AND time <= ?
       GROUP BY customer`,
      [
        ...asked.parameters,
        JSON.stringify(customers.slice(from, from + chunk)),
        event,
        since ?? Number.MIN_SAFE_INTEGER,
        now,
      ],
    );
    for (const row of rows)
      values[at.get(row.customer) as number] = figure === 'recency' ? daysSince(row.figure, now) : row.figure;
  }
  const window = within === undefined ? '' : ` in ${within}`;
  const where: RuleGroup | undefined =
    within === undefined
      ? undefined
      : { combinator: 'and', rules: [{ field: 'time', operator: 'within', value: within }] };
  const ask = (measure: Rule['measure'], operator: string, value: unknown): Rule => ({
    field: event,
    operator,
    value,
    measure: { ...measure, ...(where ? { where } : {}) } as NonNullable<Rule['measure']>,
  });
  if (figure === 'recency')
    return {
      label: `days since the last ${event}`,
      of: event,
      is: 'mean',
      values,
      round: wholeDays,
      below: (split) => ask({ function: 'last', property: 'time' }, 'within', `P${split}D`),
      notBelow: (split) => ask({ function: 'last', property: 'time' }, 'notWithin', `P${split}D`),
    };
  const measure: Rule['measure'] =
    figure === 'count' ? { function: 'count' } : { function: 'sum', property: property ?? '' };
  return {
    of: event,
    label: figure === 'count' ? `${event} events${window}` : `sum of ${property} of ${event}${window}`,
    is: 'mean',
    values,
    round: figure === 'count' ? Math.ceil : roundValue,
    below: (split) => ask(measure, '<', split),
    notBelow: (split) => ask(measure, '>=', split),
  };
}
