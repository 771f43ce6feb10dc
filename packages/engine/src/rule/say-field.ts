import { describeDuration, parseDuration } from './duration.ts';
import { readList, readNumber } from './literal.ts';
import type { Operator } from './operators.ts';
import { operatorWords } from './operators.ts';
import type { Rule } from './rule.ts';

/** Of an instant, an order is before or after. */
const instantWords: Partial<Record<Operator, string>> = {
  '=': 'is at',
  '!=': 'is not at',
  '<': 'is before',
  '>': 'is after',
  '<=': 'is not after',
  '>=': 'is not before',
};

/** What a rule says of a field that is called so, in words; `label` says what other fields are called that it is compared with. */
export function sayField(
  rule: Pick<Rule, 'operator' | 'value' | 'valueSource'>,
  field: string,
  label: (name: string) => string,
  isInstant = false,
): string {
  const { operator, value } = rule;
  const say = (one: unknown) => (rule.valueSource === 'field' ? label(String(one)) : sayValue(one, isInstant));
  switch (operator) {
    case 'null':
      return `${field} is missing`;
    case 'notNull':
      return `${field} is known`;
    case 'within':
    case 'notWithin':
      return `${field} is ${sayWindow(rule)}`;
    case 'between':
    case 'notBetween':
      return `${field} is ${operator === 'between' ? '' : 'not '}between ${readList(value).map(say).join(' and ')}`;
    case 'in':
    case 'notIn':
      return `${field} is ${operator === 'in' ? '' : 'not '}${sayChoice(readList(value).map(say))}`;
    default: {
      const words = (isInstant && instantWords[operator as Operator]) || operatorWords[operator as Operator];
      return `${field} ${words ?? operator} ${say(value)}`;
    }
  }
}

export const sayWindow = (rule: Pick<Rule, 'operator' | 'value'>): string =>
  `${rule.operator === 'notWithin' ? 'not ' : ''}within the last ${sayDuration(rule.value)}`;

function sayDuration(value: unknown): string {
  try {
    return describeDuration(parseDuration(String(value)));
  } catch {
    return String(value);
  }
}

const mostNamed = 5;

function sayChoice(values: string[]): string {
  if (values.length === 1) return values[0]!;
  if (values.length > mostNamed) return `one of ${values.slice(0, 3).join(', ')} and ${values.length - 3} more`;
  return `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;
}

function sayValue(value: unknown, isInstant: boolean): string {
  if (typeof value !== 'string') {
    if (isInstant && typeof value === 'number') return sayInstant(value);
    return value === true ? 'yes' : value === false ? 'no' : String(value);
  }
  const number = readNumber(value);
  if (isInstant) return number === undefined ? value.trim() : sayInstant(number);
  return number === undefined ? JSON.stringify(value) : value.trim();
}

/** Epoch milliseconds as people write them; what no date can hold stays as it is. */
function sayInstant(milliseconds: number): string {
  const date = new Date(milliseconds);
  return Number.isNaN(date.getTime()) ? String(milliseconds) : date.toISOString().replace(/T00:00:00\.000Z$/, '');
}
