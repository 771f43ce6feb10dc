import { parseDuration } from './duration.ts';
import { readField } from './field.ts';
import { parseInstant } from './instant.ts';
import { readList, readNumber } from './literal.ts';
import { isMatchMode, isOperator, matchModes, needsThreshold, operators } from './operators.ts';
import type { Operator } from './operators.ts';

export interface RuleProblem {
  code: string;
  /** Where in the document, as `nodes[3].data.settings.when.rules[0].value`. */
  path: string;
  /** What was expected, what came, and what to do. */
  message: string;
}

type Path = readonly (string | number)[];

/** Limits that keep a rule readable, its SQL preparable and the stack whole. */
export const ruleLimits = { depth: 20, rules: 1000, values: 10_000, text: 10_000, field: 500, threshold: 1_000_000 };

/**
 * Everything that is wrong with a rule document; empty when it can be translated. `path` is where the document stands. In the
 * scope of an event, its fields are the event's properties and `time`, and nothing else can be asked.
 */
export function checkRule(rule: unknown, path: string, scope: 'customer' | 'event' = 'customer'): RuleProblem[] {
  return findRuleProblems(rule, scope).map(({ code, at, message }) => ({ code, path: formatPath(path, at), message }));
}

/** As `checkRule`, with the path as zod wants it. */
export function findRuleProblems(
  rule: unknown,
  scope: 'customer' | 'event' = 'customer',
): { code: string; at: Path; message: string }[] {
  const search = new Search();
  search.group(rule, [], 1, scope === 'event');
  return search.problems;
}

function formatPath(root: string, at: Path): string {
  const text = at.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('');
  return root === '' ? text.replace(/^\./, '') : root + text;
}

const forbiddenKeys = ['__proto__', 'constructor', 'prototype'];
const orders: readonly string[] = ['<', '>', '<=', '>=', 'between', 'notBetween'];

class Search {
  problems: { code: string; at: Path; message: string }[] = [];
  #rules = 0;

  #report(code: string, at: Path, message: string): void {
    this.problems.push({ code, at, message });
  }

  group(group: unknown, at: Path, depth: number, inEvent: boolean): void {
    if (!this.#isObject(group, at, 'a rule group { "combinator": "and", "rules": [] }')) return;
    if (depth > ruleLimits.depth) {
      return this.#report(
        'too-deep',
        at,
        `expected at most ${ruleLimits.depth} groups in each other; flatten the rule`,
      );
    }
    if (group.combinator !== 'and' && group.combinator !== 'or') {
      this.#report(
        'unknown-combinator',
        [...at, 'combinator'],
        `expected "and" or "or", got ${show(group.combinator)}`,
      );
    }
    if (group.not !== undefined && typeof group.not !== 'boolean') {
      this.#report('bad-not', [...at, 'not'], `expected true or false, got ${show(group.not)}`);
    }
    if (!Array.isArray(group.rules)) {
      return this.#report(
        'bad-rules',
        [...at, 'rules'],
        `expected an array of rules and groups, got ${show(group.rules)}`,
      );
    }
    for (const [index, rule] of group.rules.entries()) {
      this.#rules += 1;
      if (this.#rules > ruleLimits.rules) {
        if (this.#rules === ruleLimits.rules + 1) {
          this.#report(
            'too-many-rules',
            [...at, 'rules', index],
            `expected at most ${ruleLimits.rules} rules in all; use "in" for a list of values, or a segment`,
          );
        }
        return;
      }
      const here = [...at, 'rules', index];
      if (typeof rule === 'object' && rule !== null && 'rules' in rule) this.group(rule, here, depth + 1, inEvent);
      else this.#rule(rule, here, depth, inEvent);
    }
  }

  #rule(rule: unknown, at: Path, depth: number, inEvent: boolean): void {
    if (!this.#isObject(rule, at, 'a rule { "field", "operator", "value" } or a group')) return;
    const { field, operator, value, valueSource, match } = rule;
    if (!this.#isFieldName(field, [...at, 'field'])) return;
    if (match !== undefined) {
      if (inEvent) {
        return this.#report(
          'nested-match',
          [...at, 'match'],
          'a rule within an event cannot count events; move it out of the group',
        );
      }
      return this.#eventRule(match, value, at, depth);
    }
    if (!isOperator(operator)) {
      const expected = `expected one of ${operators.join(' ')}, got ${show(operator)}`;
      return this.#report('unknown-operator', [...at, 'operator'], expected);
    }
    const meaning = inEvent ? ({ kind: 'trait', name: field } as const) : readField(field);
    if (meaning.kind === 'malformed') {
      return this.#report('bad-field', [...at, 'field'], `expected ${meaning.expected}, got ${show(field)}`);
    }
    if (meaning.kind !== 'trait') return this.#yesOrNo(meaning.kind, operator, value, at);
    if (valueSource !== undefined && valueSource !== 'value' && valueSource !== 'field') {
      return this.#report(
        'bad-value-source',
        [...at, 'valueSource'],
        `expected "value" or "field", got ${show(valueSource)}`,
      );
    }
    this.#values(operator, value, [...at, 'value'], valueSource === 'field', inEvent && field === 'time');
  }

  #eventRule(match: unknown, value: unknown, at: Path, depth: number): void {
    const here = [...at, 'match'];
    if (!this.#isObject(match, here, '{ "mode", "threshold" }')) return;
    const { mode, threshold } = match;
    if (!isMatchMode(mode)) {
      const expected = `expected one of ${matchModes.join(' ')}, got ${show(mode)}`;
      return this.#report('unknown-match-mode', [...here, 'mode'], expected);
    }
    if (needsThreshold(mode) && threshold === undefined) {
      this.#report('missing-threshold', here, `"${mode}" needs a number of events; add "threshold", as 3`);
    } else if (threshold !== undefined && !isCount(threshold)) {
      const expected = `expected a whole number from 0 to ${ruleLimits.threshold}, got ${show(threshold)}`;
      this.#report('bad-threshold', [...here, 'threshold'], expected);
    }
    if (value !== undefined) this.group(value, [...at, 'value'], depth + 1, true);
  }

  #yesOrNo(kind: 'consent' | 'segment', operator: Operator, value: unknown, at: Path): void {
    const known = kind === 'consent' && (operator === 'null' || operator === 'notNull');
    if (known) return;
    if (operator !== '=' && operator !== '!=') {
      const allowed = kind === 'consent' ? '= != null notNull' : '= !=';
      this.#report('unfit-operator', [...at, 'operator'], `a ${kind} takes one of ${allowed}, got ${show(operator)}`);
    } else if (value !== true && value !== false && value !== 'true' && value !== 'false') {
      this.#report('bad-value', [...at, 'value'], `a ${kind} compares with true or false, got ${show(value)}`);
    }
  }

  #values(operator: Operator, value: unknown, at: Path, fromField: boolean, isTime: boolean): void {
    switch (operator) {
      // The editor keeps a rule's last value when its operator becomes one that takes none.
      case 'null':
      case 'notNull':
        return;
      case 'within':
      case 'notWithin':
        return this.#duration(operator, value, at, fromField);
      case 'in':
      case 'notIn':
      case 'between':
      case 'notBetween': {
        const list = readList(value);
        const two = operator === 'between' || operator === 'notBetween';
        if (list.length > ruleLimits.values) {
          return this.#report(
            'too-many-values',
            at,
            `expected at most ${ruleLimits.values} values, got ${list.length}`,
          );
        }
        if (two ? list.length !== 2 : list.length === 0) {
          const code = list.length === 0 ? 'missing-value' : 'wrong-number-of-values';
          const expected = two ? 'exactly two values, as [1, 5]' : 'at least one value, as ["a", "b"]';
          return this.#report(code, at, `"${operator}" needs ${expected}, got ${show(value)}`);
        }
        for (const [index, item] of list.entries()) {
          this.#one(operator, item, Array.isArray(value) ? [...at, index] : at, fromField, isTime);
        }
        return;
      }
      default:
        this.#one(operator, value, at, fromField, isTime);
    }
  }

  #one(operator: Operator, value: unknown, at: Path, fromField: boolean, isTime: boolean): void {
    if (value === undefined || value === null) {
      const hint = value === null ? '; to find missing values use "null"' : '';
      return this.#report('missing-value', at, `"${operator}" needs a value, got ${show(value)}${hint}`);
    }
    if (Array.isArray(value)) {
      return this.#report(
        'wrong-number-of-values',
        at,
        `"${operator}" takes one value, got ${show(value)}; for several use "in"`,
      );
    }
    if (fromField) {
      this.#isFieldName(value, at);
    } else if (typeof value === 'string') {
      this.#isText(value, at, ruleLimits.text);
      if (isTime && isComparison(operator) && readNumber(value) === undefined && parseInstant(value) === undefined) {
        const expected = 'expected an instant as 2026-03-01T09:00:00Z or epoch milliseconds';
        this.#report('bad-instant', at, `${expected}, got ${show(value)}`);
      }
    } else if (typeof value === 'number' ? !Number.isFinite(value) : typeof value !== 'boolean') {
      this.#report('bad-value', at, `"${operator}" needs a text, a number, true or false, got ${show(value)}`);
    } else if (typeof value === 'boolean' && orders.includes(operator)) {
      this.#report(
        'bad-value',
        at,
        `"${operator}" needs a number or a text, got ${value}; true and false have no order`,
      );
    }
  }

  #duration(operator: Operator, value: unknown, at: Path, fromField: boolean): void {
    if (fromField) {
      return this.#report(
        'bad-value-source',
        at,
        `"${operator}" needs a duration as P90D; it cannot take it from a field`,
      );
    }
    if (typeof value !== 'string' || value === '') {
      return this.#report('bad-duration', at, `"${operator}" needs an ISO 8601 duration as P90D, got ${show(value)}`);
    }
    try {
      parseDuration(value);
    } catch (error) {
      this.#report('bad-duration', at, error instanceof Error ? error.message : String(error));
    }
  }

  #isObject(value: unknown, at: Path, expected: string): value is Record<string, unknown> {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.#report('not-an-object', at, `expected ${expected}, got ${show(value)}`);
      return false;
    }
    const key = forbiddenKeys.find((name) => Object.hasOwn(value, name));
    if (key !== undefined)
      this.#report('forbidden-key', at, `remove the key "${key}"; no part of a rule has that name`);
    return key === undefined;
  }

  #isFieldName(value: unknown, at: Path): value is string {
    if (typeof value !== 'string' || value === '') {
      this.#report('bad-field', at, `expected the name of a field, got ${show(value)}`);
      return false;
    }
    if (value === '__proto__') {
      this.#report('forbidden-field', at, 'no field may be called "__proto__"; choose another name');
      return false;
    }
    return this.#isText(value, at, ruleLimits.field);
  }

  #isText(value: string, at: Path, limit: number): boolean {
    if (value.length > limit) {
      this.#report('too-long', at, `expected at most ${limit} characters, got ${value.length}`);
      return false;
    }
    if (value.isWellFormed()) return true;
    this.#report('bad-text', at, `expected well-formed Unicode, got half of a surrogate pair in ${show(value)}`);
    return false;
  }
}

const isComparison = (operator: Operator): boolean =>
  operator === '=' || operator === '!=' || operator === 'in' || operator === 'notIn' || orders.includes(operator);

const isCount = (value: unknown): boolean =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= ruleLimits.threshold;

/** What came, short enough for a sentence. */
function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value !== 'string') return String(value);
  return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
}
