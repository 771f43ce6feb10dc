import { parseDuration } from './duration.ts';
import { changeFields, instantOf, readField } from './field.ts';
import type { FieldMeaning, RowScope, Scope } from './field.ts';
import { parseInstant } from './instant.ts';
import { readList, readLiteral, readNumber } from './literal.ts';
import {
  isMatchMode,
  isMeasureFunction,
  isOperator,
  matchModes,
  measureFunctions,
  needsThreshold,
  operators,
} from './operators.ts';
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

/** What there is that a rule may name. What is left out is not looked at. */
export interface KnownNames {
  segments?: { has(id: string): boolean };
  lists?: { has(id: string): boolean };
}

/**
 * Everything that is wrong with a rule document; empty when it can be translated. `path` is where the document stands. In the
 * scope of an event, its fields are the event's properties and `time`, and nothing else can be asked; in the scope of customers
 * related to one, whoever is related to them cannot.
 */
export function checkRule(
  rule: unknown,
  path: string,
  scope: Scope = 'customer',
  known: KnownNames = {},
): RuleProblem[] {
  return findRuleProblems(rule, scope, known).map(({ code, at, message }) => ({
    code,
    path: formatPath(path, at),
    message,
  }));
}

/** As `checkRule`, with the path as zod wants it. */
export function findRuleProblems(
  rule: unknown,
  scope: Scope = 'customer',
  known: KnownNames = {},
): { code: string; at: Path; message: string }[] {
  const search = new Search(known);
  search.group(rule, [], 1, scope);
  return search.problems;
}

function formatPath(root: string, at: Path): string {
  const text = at.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('');
  return root === '' ? text.replace(/^\./, '') : root + text;
}

const forbiddenKeys = ['__proto__', 'constructor', 'prototype'];
const orders: readonly string[] = ['<', '>', '<=', '>=', 'between', 'notBetween'];

/** What a field holds: anything, or only ever an instant, a number, a number that is no instant, or a text. */
type Kind = 'any' | 'instant' | 'number' | 'amount' | 'text';

interface Asked {
  kind: Kind;
  isFigure?: boolean;
  /** Whether its value may name another field instead. */
  names?: (name: string, at: Path) => void;
}

class Search {
  problems: { code: string; at: Path; message: string }[] = [];
  #rules = 0;
  readonly #known: KnownNames;

  constructor(known: KnownNames) {
    this.#known = known;
  }

  #report(code: string, at: Path, message: string): void {
    this.problems.push({ code, at, message });
  }

  group(group: unknown, at: Path, depth: number, scope: Scope): void {
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
      if (typeof rule === 'object' && rule !== null && 'rules' in rule) this.group(rule, here, depth + 1, scope);
      else this.#rule(rule, here, depth, scope);
    }
  }

  #rule(rule: unknown, at: Path, depth: number, scope: Scope): void {
    if (!this.#isObject(rule, at, 'a rule { "field", "operator", "value" } or a group')) return;
    const { field, operator, value, valueSource, match, measure } = rule;
    if (!this.#isFieldName(field, [...at, 'field'])) return;
    const ofRow = isRowScope(scope) ? scope : undefined;
    const meaning: FieldMeaning = ofRow ? { kind: 'trait', name: field } : readField(field);
    if (meaning.kind === 'malformed') {
      return this.#report('bad-field', [...at, 'field'], `expected ${meaning.expected}, got ${show(field)}`);
    }
    if (match !== undefined && measure !== undefined) {
      const message = 'a rule counts with "match" or asks for a figure with "measure"; take one of the two away';
      return this.#report('match-and-measure', [...at, 'measure'], message);
    }
    if (match !== undefined) {
      if (ofRow) {
        const message = `a rule within ${rowNames[ofRow]} cannot count events; move it out of the group`;
        return this.#report('nested-match', [...at, 'match'], message);
      }
      return this.#counted(meaning, scope === 'related', { match, value, field }, at, depth);
    }
    if (meaning.kind === 'changed' || meaning.kind === 'related' || meaning.kind === 'group') {
      const message = `${show(field)} is counted; add "match", as { "mode": "some" }, and a group in "value"`;
      return this.#report(measure === undefined ? 'missing-match' : 'unfit-measure', at, message);
    }
    if (!isOperator(operator)) {
      const expected = `expected one of ${operators.join(' ')}, got ${show(operator)}`;
      return this.#report('unknown-operator', [...at, 'operator'], expected);
    }
    if (measure !== undefined) {
      if (ofRow) {
        const message = `a rule within ${rowNames[ofRow]} cannot ask for figures of events; move it out of the group`;
        return this.#report('nested-measure', [...at, 'measure'], message);
      }
      if (meaning.kind !== 'trait') {
        const message = `a measure is of events, so "field" is an event type; got ${show(field)}`;
        return this.#report('unfit-measure', [...at, 'measure'], message);
      }
      const kind = this.#measure(measure, [...at, 'measure'], depth);
      return kind && this.#compared(rule, operator, { kind, isFigure: true }, at);
    }
    switch (meaning.kind) {
      case 'share':
        return this.#share(operator, value, valueSource, at);
      case 'consent':
      case 'segment':
      case 'list':
        if (meaning.kind !== 'consent') this.#isKnown(meaning.kind, meaning.id, [...at, 'field']);
        return this.#yesOrNo(meaning.kind, operator, value, at);
      default: {
        if (!ofRow) return this.#compared(rule, operator, { kind: 'any' }, at);
        const names = (name: string, where: Path) => void this.#isRowField(name, ofRow, where);
        if (!this.#isRowField(field, ofRow, [...at, 'field'])) return;
        const kind = field === instantOf[ofRow] ? 'instant' : ofRow === 'change' && field === 'source' ? 'text' : 'any';
        return this.#compared(rule, operator, { kind, names }, at);
      }
    }
  }

  /** Of a change nothing else is known than these four. */
  #isRowField(name: string, scope: RowScope, at: Path): boolean {
    if (scope !== 'change' || changeFields.includes(name)) return true;
    this.#report('bad-field', at, `of a change there is ${changeFields.join(', ')}, got ${show(name)}`);
    return false;
  }

  #isKnown(kind: 'segment' | 'list', id: string, at: Path): void {
    const there = kind === 'segment' ? this.#known.segments : this.#known.lists;
    if (there && !there.has(id))
      this.#report(`unknown-${kind}`, at, `there is no ${kind} ${show(id)}; create it or choose another`);
  }

  #compared(rule: Record<string, unknown>, operator: Operator, asked: Asked, at: Path): void {
    const { value, valueSource } = rule;
    if (valueSource !== undefined && valueSource !== 'value' && valueSource !== 'field') {
      return this.#report(
        'bad-value-source',
        [...at, 'valueSource'],
        `expected "value" or "field", got ${show(valueSource)}`,
      );
    }
    this.#values(operator, value, [...at, 'value'], valueSource === 'field', asked);
  }

  /** What kind of value the figure is, or nothing where it cannot be told. */
  #measure(measure: unknown, at: Path, depth: number): Kind | undefined {
    if (!this.#isObject(measure, at, '{ "function", "property", "where" }')) return undefined;
    const { function: made, property, where } = measure;
    if (where !== undefined) this.group(where, [...at, 'where'], depth + 1, 'event');
    if (!isMeasureFunction(made)) {
      const expected = `expected one of ${measureFunctions.join(' ')}, got ${show(made)}`;
      this.#report('unknown-function', [...at, 'function'], expected);
      return undefined;
    }
    if (made === 'count') {
      // The editor keeps the property when the function becomes one that takes none.
      return 'amount';
    }
    if (property === undefined) {
      const message = `"${made}" needs the name of a property, or "time"; add "property", as "total"`;
      this.#report('missing-property', at, message);
      return undefined;
    }
    if (!this.#isFieldName(property, [...at, 'property'])) return undefined;
    if (property !== 'time')
      return made === 'first' || made === 'last' ? 'any' : made === 'min' || made === 'max' ? 'number' : 'amount';
    if (made === 'sum' || made === 'average') {
      const message = `instants have no ${made}; ask for the first, last, min or max "time", or for another property`;
      this.#report('unfit-measure', [...at, 'property'], message);
      return undefined;
    }
    return 'instant';
  }

  #share(operator: Operator, value: unknown, valueSource: unknown, at: Path): void {
    if (operator !== '<' && operator !== '>=' && operator !== 'between') {
      const message = `a share takes one of < >= between, got ${show(operator)}`;
      return this.#report('unfit-operator', [...at, 'operator'], message);
    }
    if (valueSource === 'field') {
      const message = 'a share is compared with percentages; it cannot take them from a field';
      return this.#report('bad-value-source', [...at, 'valueSource'], message);
    }
    const values = operator === 'between' ? readList(value) : [value];
    if (operator === 'between' && values.length !== 2) {
      const message = `"between" needs exactly two values, as [10, 20], got ${show(value)}`;
      return this.#report('wrong-number-of-values', [...at, 'value'], message);
    }
    const numbers = values.map((one) => readLiteral(one).number);
    if (numbers.some((number) => number === undefined || number < 0 || number > 100)) {
      const message = `a share is compared with percentages from 0 to 100, got ${show(value)}`;
      this.#report('bad-value', [...at, 'value'], message);
    }
  }

  #counted(
    meaning: FieldMeaning,
    inRelated: boolean,
    { match, value, field }: { match: unknown; value: unknown; field: string },
    at: Path,
    depth: number,
  ): void {
    const scope = countedScopes[meaning.kind];
    if (!scope) {
      const message = `${show(field)} is yes or no, or a number, and is not counted; take "match" away`;
      return this.#report('unfit-match', [...at, 'match'], message);
    }
    if (inRelated && meaning.kind === 'related') {
      const message = 'those related to a customer cannot be asked for those related to them; use one $related';
      return this.#report('nested-related', [...at, 'field'], message);
    }
    const here = [...at, 'match'];
    if (!this.#isObject(match, here, '{ "mode", "threshold" }')) return;
    const { mode, threshold } = match;
    if (!isMatchMode(mode)) {
      const expected = `expected one of ${matchModes.join(' ')}, got ${show(mode)}`;
      return this.#report('unknown-match-mode', [...here, 'mode'], expected);
    }
    if (needsThreshold(mode) && threshold === undefined) {
      this.#report('missing-threshold', here, `"${mode}" needs a number to count to; add "threshold", as 3`);
    } else if (threshold !== undefined && !isCount(threshold)) {
      const expected = `expected a whole number from 0 to ${ruleLimits.threshold}, got ${show(threshold)}`;
      this.#report('bad-threshold', [...here, 'threshold'], expected);
    }
    if (value !== undefined) this.group(value, [...at, 'value'], depth + 1, scope);
  }

  #yesOrNo(kind: 'consent' | 'segment' | 'list', operator: Operator, value: unknown, at: Path): void {
    const known = kind === 'consent' && (operator === 'null' || operator === 'notNull');
    if (known) return;
    if (operator !== '=' && operator !== '!=') {
      const allowed = kind === 'consent' ? '= != null notNull' : '= !=';
      this.#report('unfit-operator', [...at, 'operator'], `a ${kind} takes one of ${allowed}, got ${show(operator)}`);
    } else if (value !== true && value !== false && value !== 'true' && value !== 'false') {
      this.#report('bad-value', [...at, 'value'], `a ${kind} compares with true or false, got ${show(value)}`);
    }
  }

  #values(operator: Operator, value: unknown, at: Path, fromField: boolean, asked: Asked): void {
    if (asked.isFigure && asked.kind !== 'any' && textOperators.includes(operator))
      return this.#unfit(
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
        if (asked.kind === 'text') return this.#unfit(operator, at, 'a text');
        if (asked.kind === 'amount') return this.#unfit(operator, at, 'an amount');
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
          this.#one(operator, item, Array.isArray(value) ? [...at, index] : at, fromField, asked);
        }
        return;
      }
      default:
        this.#one(operator, value, at, fromField, asked);
    }
  }

  #unfit(operator: Operator, at: Path, what: string): void {
    this.#report(
      'unfit-operator',
      [...at.slice(0, -1), 'operator'],
      `"${operator}" says nothing of ${what}; take another`,
    );
  }

  #one(operator: Operator, value: unknown, at: Path, fromField: boolean, { kind, names }: Asked): void {
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
      if (this.#isFieldName(value, at)) names?.(value, at);
    } else if ((kind === 'number' || kind === 'amount') && readLiteral(value).number === undefined) {
      this.#report('bad-value', at, `this figure compares with a number, got ${show(value)}`);
    } else if (typeof value === 'string') {
      this.#isText(value, at, ruleLimits.text);
      if (
        kind === 'instant' &&
        isComparison(operator) &&
        readNumber(value) === undefined &&
        parseInstant(value) === undefined
      ) {
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

const textOperators: readonly Operator[] = [
  'contains',
  'beginsWith',
  'endsWith',
  'doesNotContain',
  'doesNotBeginWith',
  'doesNotEndWith',
];

const isRowScope = (scope: Scope): scope is RowScope => scope !== 'customer' && scope !== 'related';

const rowNames: Readonly<Record<RowScope, string>> = { event: 'an event', change: 'a change', group: 'a group' };

/** What the group of a counted field is about; there is none for what is not counted. */
const countedScopes: Readonly<Partial<Record<FieldMeaning['kind'], Scope>>> = {
  trait: 'event',
  changed: 'change',
  group: 'group',
  related: 'related',
};

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
