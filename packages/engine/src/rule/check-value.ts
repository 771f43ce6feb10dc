import { parseDuration } from './duration.ts';
import { parseInstant } from './instant.ts';
import { readList, readLiteral, readNumber } from './literal.ts';
import type { Operator } from './operators.ts';

export type Path = readonly (string | number)[];

/** Limits that keep a rule readable, its SQL preparable and the stack whole. */
export const ruleLimits = { depth: 20, rules: 1000, values: 10_000, text: 10_000, field: 500, threshold: 1_000_000 };

const forbiddenKeys = ['__proto__', 'constructor', 'prototype'];
const orders: readonly string[] = ['<', '>', '<=', '>=', 'between', 'notBetween'];

/** What a field holds: anything, or only ever an instant, a number, a number that is no instant, or a text. */
export type Kind = 'any' | 'instant' | 'number' | 'amount' | 'text';

export interface Asked {
  kind: Kind;
  isFigure?: boolean;
  /** Whether its value may name another field instead. */
  names?: (name: string, at: Path) => void;
}

/** What can be wrong with one rule: its operator, its value, and how the two fit to what is asked of. */
export class ValueCheck {
  problems: { code: string; at: Path; message: string }[] = [];

  report(code: string, at: Path, message: string): void {
    this.problems.push({ code, at, message });
  }

  compared(rule: Record<string, unknown>, operator: Operator, asked: Asked, at: Path): void {
    const { value, valueSource } = rule;
    if (valueSource !== undefined && valueSource !== 'value' && valueSource !== 'field') {
      return this.report(
        'bad-value-source',
        [...at, 'valueSource'],
        `expected "value" or "field", got ${show(valueSource)}`,
      );
    }
    this.values(operator, value, [...at, 'value'], valueSource === 'field', asked);
  }

  share(operator: Operator, value: unknown, valueSource: unknown, at: Path): void {
    if (operator !== '<' && operator !== '>=' && operator !== 'between') {
      const message = `a share takes one of < >= between, got ${show(operator)}`;
      return this.report('unfit-operator', [...at, 'operator'], message);
    }
    if (valueSource === 'field') {
      const message = 'a share is compared with percentages; it cannot take them from a field';
      return this.report('bad-value-source', [...at, 'valueSource'], message);
    }
    const values = operator === 'between' ? readList(value) : [value];
    if (operator === 'between' && values.length !== 2) {
      const message = `"between" needs exactly two values, as [10, 20], got ${show(value)}`;
      return this.report('wrong-number-of-values', [...at, 'value'], message);
    }
    const numbers = values.map((one) => readLiteral(one).number);
    if (numbers.some((number) => number === undefined || number < 0 || number > 100)) {
      const message = `a share is compared with percentages from 0 to 100, got ${show(value)}`;
      this.report('bad-value', [...at, 'value'], message);
    }
  }

  yesOrNo(kind: 'consent' | 'segment' | 'list', operator: Operator, value: unknown, at: Path): void {
    const known = kind === 'consent' && (operator === 'null' || operator === 'notNull');
    if (known) return;
    if (operator !== '=' && operator !== '!=') {
      const allowed = kind === 'consent' ? '= != null notNull' : '= !=';
      this.report('unfit-operator', [...at, 'operator'], `a ${kind} takes one of ${allowed}, got ${show(operator)}`);
    } else if (value !== true && value !== false && value !== 'true' && value !== 'false') {
      this.report('bad-value', [...at, 'value'], `a ${kind} compares with true or false, got ${show(value)}`);
    }
  }

  values(operator: Operator, value: unknown, at: Path, fromField: boolean, asked: Asked): void {
    if (asked.isFigure && asked.kind !== 'any' && textOperators.includes(operator))
      return this.unfit(
        operator,
        at,
        asked.kind === 'instant' ? 'a figure that is an instant' : 'a figure that is a number',
      );
    switch (operator) {
      // The editor keeps a rule's last value when its operator becomes one that takes none.
      case 'null':
      case 'notNull':
        return;
      case 'within':
      case 'notWithin':
        if (asked.kind === 'text') return this.unfit(operator, at, 'a text');
        if (asked.kind === 'amount') return this.unfit(operator, at, 'an amount');
        return this.duration(operator, value, at, fromField);
      case 'in':
      case 'notIn':
      case 'between':
      case 'notBetween': {
        const list = readList(value);
        const two = operator === 'between' || operator === 'notBetween';
        if (list.length > ruleLimits.values) {
          return this.report('too-many-values', at, `expected at most ${ruleLimits.values} values, got ${list.length}`);
        }
        if (two ? list.length !== 2 : list.length === 0) {
          const code = list.length === 0 ? 'missing-value' : 'wrong-number-of-values';
          const expected = two ? 'exactly two values, as [1, 5]' : 'at least one value, as ["a", "b"]';
          return this.report(code, at, `"${operator}" needs ${expected}, got ${show(value)}`);
        }
        for (const [index, item] of list.entries()) {
          this.one(operator, item, Array.isArray(value) ? [...at, index] : at, fromField, asked);
        }
        return;
      }
      default:
        this.one(operator, value, at, fromField, asked);
    }
  }

  unfit(operator: Operator, at: Path, what: string): void {
    this.report(
      'unfit-operator',
      [...at.slice(0, -1), 'operator'],
      `"${operator}" says nothing of ${what}; take another`,
    );
  }

  one(operator: Operator, value: unknown, at: Path, fromField: boolean, { kind, names }: Asked): void {
    if (value === undefined || value === null) {
      const hint = value === null ? '; to find missing values use "null"' : '';
      return this.report('missing-value', at, `"${operator}" needs a value, got ${show(value)}${hint}`);
    }
    if (Array.isArray(value)) {
      return this.report(
        'wrong-number-of-values',
        at,
        `"${operator}" takes one value, got ${show(value)}; for several use "in"`,
      );
    }
    if (fromField) {
      if (this.isFieldName(value, at)) names?.(value, at);
    } else if ((kind === 'number' || kind === 'amount') && readLiteral(value).number === undefined) {
      this.report('bad-value', at, `this figure compares with a number, got ${show(value)}`);
    } else if (typeof value === 'string') {
      this.isText(value, at, ruleLimits.text);
      if (
        kind === 'instant' &&
        isComparison(operator) &&
        readNumber(value) === undefined &&
        parseInstant(value) === undefined
      ) {
        const expected = 'expected an instant as 2026-03-01T09:00:00Z or epoch milliseconds';
        this.report('bad-instant', at, `${expected}, got ${show(value)}`);
      }
    } else if (typeof value === 'number' ? !Number.isFinite(value) : typeof value !== 'boolean') {
      this.report('bad-value', at, `"${operator}" needs a text, a number, true or false, got ${show(value)}`);
    } else if (typeof value === 'boolean' && orders.includes(operator)) {
      this.report(
        'bad-value',
        at,
        `"${operator}" needs a number or a text, got ${value}; true and false have no order`,
      );
    }
  }

  duration(operator: Operator, value: unknown, at: Path, fromField: boolean): void {
    if (fromField) {
      return this.report(
        'bad-value-source',
        at,
        `"${operator}" needs a duration as P90D; it cannot take it from a field`,
      );
    }
    if (typeof value !== 'string' || value === '') {
      return this.report('bad-duration', at, `"${operator}" needs an ISO 8601 duration as P90D, got ${show(value)}`);
    }
    try {
      parseDuration(value);
    } catch (error) {
      this.report('bad-duration', at, error instanceof Error ? error.message : String(error));
    }
  }

  isObject(value: unknown, at: Path, expected: string): value is Record<string, unknown> {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.report('not-an-object', at, `expected ${expected}, got ${show(value)}`);
      return false;
    }
    const key = forbiddenKeys.find((name) => Object.hasOwn(value, name));
    if (key !== undefined) this.report('forbidden-key', at, `remove the key "${key}"; no part of a rule has that name`);
    return key === undefined;
  }

  isFieldName(value: unknown, at: Path): value is string {
    if (typeof value !== 'string' || value === '') {
      this.report('bad-field', at, `expected the name of a field, got ${show(value)}`);
      return false;
    }
    if (value === '__proto__') {
      this.report('forbidden-field', at, 'no field may be called "__proto__"; choose another name');
      return false;
    }
    return this.isText(value, at, ruleLimits.field);
  }

  isText(value: string, at: Path, limit: number): boolean {
    if (value.length > limit) {
      this.report('too-long', at, `expected at most ${limit} characters, got ${value.length}`);
      return false;
    }
    if (value.isWellFormed()) return true;
    this.report('bad-text', at, `expected well-formed Unicode, got half of a surrogate pair in ${show(value)}`);
    return false;
  }
}

const textOperators: readonly Operator[] = [
  'contains',
  'beginsWith',
  'endsWith',
  'doesNotContain',
  'doesNotBeginWith',
  'doesNotEndWith',
];

const isComparison = (operator: Operator): boolean =>
  operator === '=' || operator === '!=' || operator === 'in' || operator === 'notIn' || orders.includes(operator);
/** What came, short enough for a sentence. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value !== 'string') return String(value);
  return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
}
