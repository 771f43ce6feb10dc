import type { Kind, Path } from './check-value.ts';
import { ruleLimits, show, ValueCheck } from './check-value.ts';
import { changeFields, instantOf, readField } from './field.ts';
import type { FieldMeaning, RowScope, Scope } from './field.ts';
import {
  isMatchMode,
  isMeasureFunction,
  isOperator,
  matchModes,
  measureFunctions,
  needsThreshold,
  operators,
} from './operators.ts';

export interface RuleProblem {
  code: string;
  /** Where in the document, as `nodes[3].data.settings.when.rules[0].value`. */
  path: string;
  /** What was expected, what came, and what to do. */
  message: string;
}

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

class Search extends ValueCheck {
  #rules = 0;
  readonly #known: KnownNames;

  constructor(known: KnownNames) {
    super();
    this.#known = known;
  }

  group(group: unknown, at: Path, depth: number, scope: Scope): void {
    if (!this.isObject(group, at, 'a rule group { "combinator": "and", "rules": [] }')) return;
    if (depth > ruleLimits.depth) {
      return this.report('too-deep', at, `expected at most ${ruleLimits.depth} groups in each other; flatten the rule`);
    }
    if (group.combinator !== 'and' && group.combinator !== 'or') {
      this.report('unknown-combinator', [...at, 'combinator'], `expected "and" or "or", got ${show(group.combinator)}`);
    }
    if (group.not !== undefined && typeof group.not !== 'boolean') {
      this.report('bad-not', [...at, 'not'], `expected true or false, got ${show(group.not)}`);
    }
    if (!Array.isArray(group.rules)) {
      return this.report(
        'bad-rules',
        [...at, 'rules'],
        `expected an array of rules and groups, got ${show(group.rules)}`,
      );
    }
    for (const [index, rule] of group.rules.entries()) {
      this.#rules += 1;
      if (this.#rules > ruleLimits.rules) {
        if (this.#rules === ruleLimits.rules + 1) {
          this.report(
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
    if (!this.isObject(rule, at, 'a rule { "field", "operator", "value" } or a group')) return;
    const { field, operator, value, valueSource, match, measure } = rule;
    if (!this.isFieldName(field, [...at, 'field'])) return;
    const ofRow = isRowScope(scope) ? scope : undefined;
    const meaning: FieldMeaning = ofRow ? { kind: 'trait', name: field } : readField(field);
    if (meaning.kind === 'malformed') {
      return this.report('bad-field', [...at, 'field'], `expected ${meaning.expected}, got ${show(field)}`);
    }
    if (match !== undefined && measure !== undefined) {
      const message = 'a rule counts with "match" or asks for a figure with "measure"; take one of the two away';
      return this.report('match-and-measure', [...at, 'measure'], message);
    }
    if (match !== undefined) {
      if (ofRow) {
        const message = `a rule within ${rowNames[ofRow]} cannot count events; move it out of the group`;
        return this.report('nested-match', [...at, 'match'], message);
      }
      return this.#counted(meaning, scope === 'related', { match, value, field }, at, depth);
    }
    if (meaning.kind === 'changed' || meaning.kind === 'related' || meaning.kind === 'group') {
      const message = `${show(field)} is counted; add "match", as { "mode": "some" }, and a group in "value"`;
      return this.report(measure === undefined ? 'missing-match' : 'unfit-measure', at, message);
    }
    if (!isOperator(operator)) {
      const expected = `expected one of ${operators.join(' ')}, got ${show(operator)}`;
      return this.report('unknown-operator', [...at, 'operator'], expected);
    }
    if (measure !== undefined) {
      if (ofRow) {
        const message = `a rule within ${rowNames[ofRow]} cannot ask for figures of events; move it out of the group`;
        return this.report('nested-measure', [...at, 'measure'], message);
      }
      if (meaning.kind !== 'trait') {
        const message = `a measure is of events, so "field" is an event type; got ${show(field)}`;
        return this.report('unfit-measure', [...at, 'measure'], message);
      }
      const kind = this.#measure(measure, [...at, 'measure'], depth);
      return kind && this.compared(rule, operator, { kind, isFigure: true }, at);
    }
    switch (meaning.kind) {
      case 'share':
        return this.share(operator, value, valueSource, at);
      case 'consent':
      case 'segment':
      case 'list':
        if (meaning.kind !== 'consent') this.#isKnown(meaning.kind, meaning.id, [...at, 'field']);
        return this.yesOrNo(meaning.kind, operator, value, at);
      default: {
        if (!ofRow) return this.compared(rule, operator, { kind: 'any' }, at);
        const names = (name: string, where: Path) => void this.#isRowField(name, ofRow, where);
        if (!this.#isRowField(field, ofRow, [...at, 'field'])) return;
        const kind = field === instantOf[ofRow] ? 'instant' : ofRow === 'change' && field === 'source' ? 'text' : 'any';
        return this.compared(rule, operator, { kind, names }, at);
      }
    }
  }

  /** Of a change nothing else is known than these four. */
  #isRowField(name: string, scope: RowScope, at: Path): boolean {
    if (scope !== 'change' || changeFields.includes(name)) return true;
    this.report('bad-field', at, `of a change there is ${changeFields.join(', ')}, got ${show(name)}`);
    return false;
  }

  #isKnown(kind: 'segment' | 'list', id: string, at: Path): void {
    const there = kind === 'segment' ? this.#known.segments : this.#known.lists;
    if (there && !there.has(id))
      this.report(`unknown-${kind}`, at, `there is no ${kind} ${show(id)}; create it or choose another`);
  }

  /** What kind of value the figure is, or nothing where it cannot be told. */
  #measure(measure: unknown, at: Path, depth: number): Kind | undefined {
    if (!this.isObject(measure, at, '{ "function", "property", "where" }')) return undefined;
    const { function: made, property, where } = measure;
    if (where !== undefined) this.group(where, [...at, 'where'], depth + 1, 'event');
    if (!isMeasureFunction(made)) {
      const expected = `expected one of ${measureFunctions.join(' ')}, got ${show(made)}`;
      this.report('unknown-function', [...at, 'function'], expected);
      return undefined;
    }
    if (made === 'count') {
      // The editor keeps the property when the function becomes one that takes none.
      return 'amount';
    }
    if (property === undefined) {
      const message = `"${made}" needs the name of a property, or "time"; add "property", as "total"`;
      this.report('missing-property', at, message);
      return undefined;
    }
    if (!this.isFieldName(property, [...at, 'property'])) return undefined;
    if (property !== 'time')
      return made === 'first' || made === 'last' ? 'any' : made === 'min' || made === 'max' ? 'number' : 'amount';
    if (made === 'sum' || made === 'average') {
      const message = `instants have no ${made}; ask for the first, last, min or max "time", or for another property`;
      this.report('unfit-measure', [...at, 'property'], message);
      return undefined;
    }
    return 'instant';
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
      return this.report('unfit-match', [...at, 'match'], message);
    }
    if (inRelated && meaning.kind === 'related') {
      const message = 'those related to a customer cannot be asked for those related to them; use one $related';
      return this.report('nested-related', [...at, 'field'], message);
    }
    const here = [...at, 'match'];
    if (!this.isObject(match, here, '{ "mode", "threshold" }')) return;
    const { mode, threshold } = match;
    if (!isMatchMode(mode)) {
      const expected = `expected one of ${matchModes.join(' ')}, got ${show(mode)}`;
      return this.report('unknown-match-mode', [...here, 'mode'], expected);
    }
    if (needsThreshold(mode) && threshold === undefined) {
      this.report('missing-threshold', here, `"${mode}" needs a number to count to; add "threshold", as 3`);
    } else if (threshold !== undefined && !isCount(threshold)) {
      const expected = `expected a whole number from 0 to ${ruleLimits.threshold}, got ${show(threshold)}`;
      this.report('bad-threshold', [...here, 'threshold'], expected);
    }
    if (value !== undefined) this.group(value, [...at, 'value'], depth + 1, scope);
  }
}

const isRowScope = (scope: Scope): scope is RowScope => scope !== 'customer' && scope !== 'related';

const rowNames: Readonly<Record<RowScope, string>> = { event: 'an event', change: 'a change', group: 'a group' };

/** What the group of a counted field is about; there is none for what is not counted. */
const countedScopes: Readonly<Partial<Record<FieldMeaning['kind'], Scope>>> = {
  trait: 'event',
  changed: 'change',
  group: 'group',
  related: 'related',
};
const isCount = (value: unknown): boolean =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= ruleLimits.threshold;
