import type { Condition } from './condition.ts';
import { Fragment, list, sql } from './fragment.ts';
import type { RuleParameter } from './fragment.ts';

/** Names that can stand in the text of a statement as they are. Others have no index. */
export const canBeIndexed = (name: string): boolean =>
  // oxlint-disable-next-line no-control-regex
  name.length <= 200 && name.isWellFormed() && !/['"\\?\u0000-\u001f\u007f]/.test(name);

/**
 * The expressions over a row of `customer` that the index of a trait holds: of its value for equality, and of its number for
 * ranges where that is another. An index serves an expression alone that is written the same, so its name is written out here,
 * where every other statement binds it.
 */
export function indexedExpressions(
  dialect: 'sqlite' | 'postgres',
  name: string,
  traits = 'traits',
): { value: string; number: string } {
  if (!canBeIndexed(name)) throw new TypeError(`expected the name of a trait that can be indexed, got ${name}`);
  if (dialect === 'sqlite') {
    const value = `json_extract(${traits}, '$."${name}"')`;
    return { value, number: value };
  }
  const value = `(${traits} -> '${name}')`;
  return {
    value,
    number: `(CASE WHEN jsonb_typeof(${value}) = 'number' THEN CAST(${value} AS double precision) END)`,
  };
}

/**
 * What follows from a rule and an index answers: a part of it that every customer whom it selects satisfies. Said beside the whole
 * rule it lets the database begin with the index; without it the rule means the same.
 */
export function narrow(
  condition: Condition,
  { indexed, dialect, customer }: { indexed: ReadonlySet<string>; dialect: 'sqlite' | 'postgres'; customer: Fragment },
): Fragment | undefined {
  const parts = condition.kind === 'and' ? condition.of : [condition];
  const expressionsOf = (name: string) => {
    if (!indexed.has(name) || !canBeIndexed(name)) return undefined;
    const { value, number } = indexedExpressions(dialect, name, `${customer.text}.traits`);
    return { value: new Fragment(value, []), number: new Fragment(number, []) };
  };
  for (const part of parts) {
    if (part.kind !== 'oneOf' || part.field.kind !== 'value') continue;
    const found = expressionsOf(part.field.name);
    const values = [...part.texts, ...part.numbers, ...part.booleans];
    if (!found || values.length === 0 || values.length > 50) continue;
    const items = values.map((value) =>
      dialect === 'postgres'
        ? sql`CAST(${JSON.stringify(value)} AS jsonb)`
        : sql`${typeof value === 'boolean' ? Number(value) : value}`,
    );
    return items.length === 1 ? sql`${found.value} = ${items[0]!}` : sql`${found.value} IN (${list(items)})`;
  }
  for (const part of parts) {
    if (part.kind !== 'range' || part.field.kind !== 'value') continue;
    const found = expressionsOf(part.field.name);
    // Texts in their order are beyond what an index of every size of text could hold on PostgreSQL.
    if (!found || (part.texts && dialect === 'postgres')) continue;
    const ranges = [part.numbers, part.texts].flatMap((range) => {
      if (!range) return [];
      const { lower, upper } = range;
      const bounds: Fragment[] = [];
      const value = (bound: RuleParameter) =>
        dialect === 'postgres' ? sql`CAST(${bound} AS double precision)` : sql`${bound}`;
      if (lower) bounds.push(sql`${found.number} ${lower.inclusive ? sql`>=` : sql`>`} ${value(lower.value)}`);
      if (upper) bounds.push(sql`${found.number} ${upper.inclusive ? sql`<=` : sql`<`} ${value(upper.value)}`);
      return [bounds.length === 2 ? sql`(${bounds[0]!} AND ${bounds[1]!})` : bounds[0]!];
    });
    if (ranges.length > 0) return ranges.length === 1 ? ranges[0]! : sql`(${ranges[0]!} OR ${ranges[1]!})`;
  }
  return undefined;
}
