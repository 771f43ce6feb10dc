import type { Operator } from '@osicam/engine/rule';
import { operatorWords } from '@osicam/engine/rule';
import type { Field } from 'react-querybuilder';

/* What all kinds of fields are made of. */

export interface FieldGroup {
  label: string;
  options: Field[];
}

export const pick = (...operators: Operator[]) =>
  operators.map((name) => ({ name, value: name, label: operatorWords[name] }));

export const presence: Operator[] = ['null', 'notNull'];
const order: Operator[] = ['<', '<=', '>', '>=', 'between', 'notBetween'];
export const text: Operator[] = [
  'contains',
  'beginsWith',
  'endsWith',
  'doesNotContain',
  'doesNotBeginWith',
  'doesNotEndWith',
];
const window: Operator[] = ['within', 'notWithin'];

export const allOperators = pick('=', '!=', 'in', 'notIn', ...order, ...text, ...window, ...presence);
export const numberOperators = pick('=', '!=', ...order, 'in', 'notIn', ...presence);

export const yesNo = [
  { name: 'true', label: 'yes' },
  { name: 'false', label: 'no' },
];

export const instantField = (name: string, label: string): Field => ({
  name,
  label,
  operators: pick('within', 'notWithin', '<', '>', 'between'),
  defaultOperator: 'within',
  defaultValue: 'P30D',
});

/** The fields of one event: when it was, and its properties. */
export const eventProperties = (event: { properties: readonly string[] } | undefined): Field[] => [
  instantField('time', 'time'),
  ...(event?.properties ?? []).map((name): Field => ({ name, label: name, operators: allOperators })),
];
