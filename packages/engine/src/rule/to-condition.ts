import { checkRule } from './check-rule.ts';
import { ruleLimits } from './check-value.ts';
import { and, constant, isInstant, not, or, rows } from './condition.ts';
import type { Bound, Condition, Field, FieldCondition, Order, Range, Rows, TextPlace } from './condition.ts';
import { parseDuration } from './duration.ts';
import { instantOf, readField } from './field.ts';
import type { FieldMeaning, RowScope } from './field.ts';
import { parseInstant } from './instant.ts';
import { readList, readLiteral } from './literal.ts';
import type { Literal } from './literal.ts';
import { negated } from './operators.ts';
import type { MeasureFunction, Operator } from './operators.ts';
import { RuleError } from './rule-error.ts';
import { isRuleGroup } from './rule.ts';
import type { Measure, Rule, RuleGroup } from './rule.ts';
import { shareModulus } from './share.ts';
import { foldCase } from './text.ts';

export type Segments = ReadonlyMap<string, RuleGroup>;

/** What a rule may name. */
export interface RuleNames {
  segments?: Segments;
  /** Ids of the lists that there are; without it, a list that is not there has nobody on it. */
  lists?: ReadonlySet<string>;
}

/** Segments that name segments can grow without bound when they are put in; more than so many rules is refused. */
const mostRules = 10 * ruleLimits.rules;

/** The condition on a customer that a rule states. Throws a RuleError when the rule cannot be used as it is. */
export function toCondition(group: RuleGroup, names: RuleNames = {}): Condition {
  return new Reader(names).customerGroup(group, 'rule', [], false);
}

/** The condition on one event, whose fields are its properties and `time`. */
export function toEventCondition(group: RuleGroup): Condition {
  assertSound(checkRule(group, 'rule', 'event'));
  return rowGroup(group, 'event');
}

function assertSound(problems: RuleError['problems']): void {
  if (problems.length > 0) throw new RuleError(problems);
}

function refuse(code: string, path: string, message: string): never {
  throw new RuleError([{ code, path, message }]);
}

/** Where in the segments a rule stands. */
interface Place {
  path: string;
  /** The segments that it has been put into. */
  inside: readonly string[];
  /** It is about customers who are related to the one that is asked of. */
  related: boolean;
}

class Reader {
  readonly #names: RuleNames;
  #count = 0;

  constructor(names: RuleNames) {
    this.#names = names;
  }

  customerGroup(group: RuleGroup, path: string, inside: readonly string[], related: boolean): Condition {
    assertSound(checkRule(group, path, related ? 'related' : 'customer'));
    return this.#group(group, { path, inside, related });
  }

  #group(group: RuleGroup, place: Place): Condition {
    return readGroup(group, (rule) => {
      this.#count += 1;
      if (this.#count > mostRules) {
        const message = `expected at most ${mostRules} rules with all segments put in; use fewer segments of segments`;
        refuse('too-many-rules', place.path, message);
      }
      return isRuleGroup(rule) ? this.#group(rule, place) : this.#rule(rule, place);
    });
  }

  #rule(rule: Rule, place: Place): Condition {
    const meaning = readField(rule.field);
    if (rule.measure) return figure(rule, rule.measure);
    if (rule.match) return counted(rule.match, ...this.#rows(meaning, rule, place));
    switch (meaning.kind) {
      case 'consent': {
        const { channel, purpose } = meaning;
        const consent = (test: 'granted' | 'known'): Condition => ({ kind: 'consent', channel, purpose, test });
        if (rule.operator === 'null') return not(consent('known'));
        if (rule.operator === 'notNull') return consent('known');
        return asked(rule) ? consent('granted') : not(consent('granted'));
      }
      case 'segment': {
        const selected = this.#segment(meaning.id, place);
        return asked(rule) ? selected : not(selected);
      }
      case 'list': {
        const { id } = meaning;
        if (this.#names.lists?.has(id) === false)
          refuse('unknown-list', place.path, `there is no list "${id}"; create it or choose another`);
        return asked(rule) ? { kind: 'list', id } : not({ kind: 'list', id });
      }
      case 'share':
        return share(meaning.name, rule);
      default:
        return fieldRule(rule, trait(rule.field));
    }
  }

  /** What a match mode counts, and the condition on each. */
  #rows(meaning: FieldMeaning, rule: Rule, place: Place): [Rows, Condition] {
    const group = rule.value as RuleGroup | undefined;
    const on = (scope: RowScope) => (group === undefined ? constant(true) : rowGroup(group, scope));
    switch (meaning.kind) {
      case 'changed':
        return [{ of: 'changes', trait: meaning.trait }, on('change')];
      case 'group':
        return [{ of: 'groups', group: meaning.group }, on('group')];
      case 'related':
        if (place.related) {
          const message = 'those related to a customer cannot be asked for those related to them; use one $related';
          refuse('nested-related', place.path, message);
        }
        return [
          { of: 'related', group: meaning.group },
          group === undefined ? constant(true) : this.#group(group, { ...place, related: true }),
        ];
      default:
        return [{ of: 'events', type: rule.field }, on('event')];
    }
  }

  #segment(id: string, { path, inside, related }: Place): Condition {
    if (inside.includes(id)) {
      const circle = [...inside.slice(inside.indexOf(id)), id].join(' → ');
      refuse('segment-cycle', path, `a segment leads to itself: ${circle}; break the circle`);
    }
    const group = this.#names.segments?.get(id);
    if (!group) return refuse('unknown-segment', path, `there is no segment "${id}"; create it or choose another`);
    return this.customerGroup(group, `segment ${id}`, [...inside, id], related);
  }
}

/** Whether a rule on a consent, segment or list asks for yes. */
const asked = (rule: Rule): boolean => (rule.value === true || rule.value === 'true') === (rule.operator === '=');

/** Shares end where those of a split by the same percentage do. */
function share(name: string, { operator, value }: Rule): Condition {
  const cuts = (operator === 'between' ? readList(value) : [value]).map((one) =>
    Math.round((shareModulus * readLiteral(one).number!) / 100),
  );
  const [first, second] = cuts as [number, number];
  const [from, below] =
    operator === 'between' ? [first, second] : operator === '<' ? [0, first] : [first, shareModulus];
  if (from >= below) return constant(false);
  return from <= 0 && below >= shareModulus ? constant(true) : { kind: 'share', key: `$share.${name}`, from, below };
}

function readGroup(group: RuleGroup, read: (rule: Rule | RuleGroup) => Condition): Condition {
  const parts = group.rules.map(read);
  const joined = group.combinator === 'and' || parts.length === 0 ? and(parts) : or(parts);
  return group.not ? not(joined) : joined;
}

/** A group over the fields of an event, a change or a group of customers. */
const rowGroup = (group: RuleGroup, scope: RowScope): Condition =>
  readGroup(group, (rule) => {
    if (isRuleGroup(rule)) return rowGroup(rule, scope);
    const toField = (name: string) => rowField(name, scope);
    return fieldRule(rule, toField(rule.field), toField);
  });

function rowField(name: string, scope: RowScope): Field {
  if (name === instantOf[scope]) return { kind: 'time' };
  if (scope === 'change' && (name === 'from' || name === 'to' || name === 'source')) return { kind: name };
  return { kind: 'value', name };
}

function counted({ mode, threshold = 0 }: NonNullable<Rule['match']>, of: Rows, each: Condition): Condition {
  switch (mode) {
    case 'all':
      return rows(of, not(each), 0, 0);
    case 'some':
      return rows(of, each, 1, Infinity);
    case 'none':
      return rows(of, each, 0, 0);
    case 'atLeast':
      return rows(of, each, threshold, Infinity);
    case 'atMost':
      return rows(of, each, 0, threshold);
    case 'exactly':
      return rows(of, each, threshold, threshold);
  }
}

/** Which end of the events the instant of the first or the last of them is. */
const ends: Partial<Record<MeasureFunction, MeasureFunction>> = { first: 'min', last: 'max' };

function figure(rule: Rule, measure: Measure): Condition {
  const where = measure.where ? rowGroup(measure.where, 'event') : constant(true);
  // Forms keep the property when the function becomes the count, which is of none.
  const isOf = measure.property !== undefined && measure.function !== 'count';
  const of = isOf ? rowField(measure.property!, 'event') : undefined;
  const isTime = of?.kind === 'time';
  const isEnd = measure.function === 'first' || measure.function === 'last';
  const field: Field = { kind: 'figure', is: isTime ? 'instant' : isEnd ? 'value' : 'number' };
  const made = (isTime && ends[measure.function]) || measure.function;
  return overFields(fieldRule(rule, field), (test) => {
    const count = made === 'count' ? countAskedBy(test) : undefined;
    if (count) return rows({ of: 'events', type: rule.field }, where, ...count);
    if (made === 'sum' && test.kind === 'missing') return constant(false);
    return { kind: 'figure', type: rule.field, where, function: made, ...(of ? { of } : {}), test };
  });
}

/** Nobody has more events, and the counting of no database comes to its own end before. */
const mostEvents = 1e12;

/** The least and the most that a condition on a count asks for, where that is all it asks: counting can end early then. */
function countAskedBy(test: FieldCondition): [least: number, most: number] | undefined {
  const never: [number, number] = [1, 0];
  if (test.kind === 'missing') return never;
  if (test.kind === 'oneOf' && test.numbers.length === 1) {
    const only = test.numbers[0]!;
    return Number.isInteger(only) && only >= 0 && only <= mostEvents ? [only, only] : never;
  }
  if (test.kind !== 'range' || !test.numbers) return undefined;
  const { lower, upper } = test.numbers;
  const least = lower ? (lower.inclusive ? Math.ceil(lower.value) : Math.floor(lower.value) + 1) : 0;
  const most = upper ? (upper.inclusive ? Math.floor(upper.value) : Math.ceil(upper.value) - 1) : Infinity;
  return least > mostEvents ? never : [Math.max(least, 0), most > mostEvents ? Infinity : most];
}

/** A condition with something else in place of each condition on a field. */
function overFields(condition: Condition, change: (test: FieldCondition) => Condition): Condition {
  switch (condition.kind) {
    case 'and':
      return and(condition.of.map((one) => overFields(one, change)));
    case 'or':
      return or(condition.of.map((one) => overFields(one, change)));
    case 'not':
      return not(overFields(condition.of, change));
    case 'constant':
    case 'consent':
    case 'list':
    case 'share':
    case 'rows':
    case 'figure':
      return condition;
    default:
      return change(condition);
  }
}

const trait = (name: string): Field => ({ kind: 'value', name });

/** What an operator says of a field. With `valueSource: 'field'` the value names others of the kind that `toField` gives. */
function fieldRule(rule: Rule, field: Field, toField: (name: string) => Field = trait): Condition {
  const operator = rule.operator as Operator;
  const positive = negated[operator];
  if (positive) return not(fieldRule({ ...rule, operator: positive }, field, toField));
  if (operator === 'null')
    return field.kind === 'time' || field.kind === 'source' ? constant(false) : { kind: 'missing', field };
  if (operator === 'within') return { kind: 'within', field, milliseconds: parseDuration(String(rule.value)) };
  const values = operator === 'in' || operator === 'between' ? readList(rule.value) : [rule.value];
  return rule.valueSource === 'field'
    ? againstFields(operator, field, values.map(String).map(toField))
    : againstLiterals(operator, field, values);
}

function againstFields(operator: Operator, field: Field, others: readonly Field[]): Condition {
  const [other, second] = others as [Field, Field?];
  switch (operator) {
    case '=':
    case 'in':
      return or(others.map((one) => ({ kind: 'equalField', field, other: one })));
    case 'between':
      return and([
        { kind: 'orderField', field, order: '>=', other },
        { kind: 'orderField', field, order: '<=', other: second! },
      ]);
    case 'contains':
    case 'beginsWith':
    case 'endsWith':
      return { kind: 'textField', field, where: operator, other };
    default:
      return { kind: 'orderField', field, order: operator as Order, other };
  }
}

function againstLiterals(operator: Operator, field: Field, values: readonly unknown[]): Condition {
  const literals = values.map((value) => readFor(field, value));
  switch (operator) {
    case '=':
    case 'in':
      return oneOf(field, literals);
    case 'between':
      return range(field, { value: literals[0]!, inclusive: true }, { value: literals[1]!, inclusive: true });
    case 'contains':
    case 'beginsWith':
    case 'endsWith':
      return { kind: 'text', field, where: operator as TextPlace, needle: foldCase(String(values[0])) };
    case '<':
    case '<=':
      return range(field, undefined, { value: literals[0]!, inclusive: operator === '<=' });
    default:
      return range(field, { value: literals[0]!, inclusive: operator === '>=' }, undefined);
  }
}

/** An event's time is always a number, so a text that it meets is an instant; a figure is one as often as not. */
function readFor(field: Field, value: unknown): Literal {
  const literal = readLiteral(value);
  if (field.kind === 'figure' && field.is === 'number')
    return literal.number === undefined ? {} : { number: literal.number };
  if (!isInstant(field)) return literal;
  const number = literal.number ?? (literal.text === undefined ? undefined : parseInstant(literal.text));
  return number === undefined ? {} : { number };
}

function oneOf(field: Field, literals: readonly Literal[]): Condition {
  const read = <K extends keyof Literal>(key: K) => [
    ...new Set(literals.map((literal) => literal[key]).filter((value) => value !== undefined)),
  ];
  const [texts, numbers, booleans] = [read('text'), read('number'), read('boolean')];
  if (texts.length + numbers.length + booleans.length === 0) return constant(false);
  return { kind: 'oneOf', field, texts, numbers, booleans };
}

function range(field: Field, lower: Bound<Literal> | undefined, upper: Bound<Literal> | undefined): Condition {
  const numbers = read('number', lower, upper);
  const texts = read('text', lower, upper);
  return numbers || texts ? { kind: 'range', field, numbers, texts } : constant(false);
}

/** The range as one reading of its bounds gives it; nothing when a bound has no such reading. */
function read<K extends 'number' | 'text'>(
  key: K,
  lower: Bound<Literal> | undefined,
  upper: Bound<Literal> | undefined,
): Range<NonNullable<Literal[K]>> | undefined {
  const bound = (given: Bound<Literal> | undefined) => {
    const value = given?.value[key];
    return given && value !== undefined
      ? { value: value as NonNullable<Literal[K]>, inclusive: given.inclusive }
      : undefined;
  };
  const read = { lower: bound(lower), upper: bound(upper) };
  return (lower && !read.lower) || (upper && !read.upper) ? undefined : read;
}
