import type { Measure, MeasureFunction, Operator, Rule } from '@osicam/engine/rule';
import type { Field } from 'react-querybuilder';

/**
 * A rule over a figure of events, as the query builder holds it: it knows a field, an operator and a value, and no measure,
 * so the whole question is the value of a field of its own.
 */
export interface Figure {
  function: MeasureFunction;
  property?: string;
  operator: Operator;
  value?: unknown;
  where?: Measure['where'];
}

const prefix = '$figure.';
export const figureName = (event: string): string => prefix + event;
export const isFigure = (field: string): boolean => field.startsWith(prefix);

export function figureField(event: { type: string; properties: readonly string[]; label?: string }): Field {
  const property = event.properties.find((name) => /total|amount|value|revenue|price|sum/i.test(name));
  return {
    name: figureName(event.type),
    label: `a figure of ${event.label ?? event.type}`,
    datatype: 'figure',
    properties: event.properties,
    defaultValue: {
      ...(property ? { function: 'sum', property } : { function: 'count' }),
      operator: '>=',
      value: property ? 100 : 3,
    } satisfies Figure,
  };
}

/** The rule as the query builder holds it. */
export function toFigure({ field, operator, value, measure }: Rule & { measure: Measure }): Rule {
  const figure: Figure = { ...measure, operator: operator as Operator, value };
  return { field: figureName(field), operator: '=', value: figure };
}

/** And back. */
export function fromFigure({ field, value }: Rule): Rule {
  const figure = value as Figure;
  const measure: Measure = { function: figure.function };
  if (figure.function !== 'count' && figure.property) measure.property = figure.property;
  if (figure.where && figure.where.rules.length > 0) measure.where = figure.where;
  const rule: Rule = { field: field.slice(prefix.length), operator: figure.operator, measure };
  if (figure.operator !== 'null' && figure.operator !== 'notNull') rule.value = figure.value;
  return rule;
}
