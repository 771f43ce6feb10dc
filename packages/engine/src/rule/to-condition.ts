import { checkRule, ruleLimits } from './check-rule.ts';
import { and, constant, not, or } from './condition.ts';
import type { Bound, Condition, Field, Order, Range, TextPlace } from './condition.ts';
import { parseDuration } from './duration.ts';
import { readField } from './field.ts';
import { parseInstant } from './instant.ts';
import { readList, readLiteral } from './literal.ts';
import type { Literal } from './literal.ts';
import { negated } from './operators.ts';
import type { Operator } from './operators.ts';
import { RuleError } from './rule-error.ts';
import { isRuleGroup } from './rule.ts';
import type { Rule, RuleGroup } from './rule.ts';
import { foldCase } from './text.ts';

export type Segments = ReadonlyMap<string, RuleGroup>;

/** Segments that name segments can grow without bound when they are put in; more than so many rules is refused. */
const mostRules = 10 * ruleLimits.rules;

/** The condition on a customer that a rule states. Throws a RuleError when the rule cannot be used as it is. */
export function toCondition(group: RuleGroup, segments: Segments = new Map()): Condition {
  return new Reader(segments).customerGroup(group, 'rule', []);
}

/** The condition on one event, whose fields are its properties and `time`. */
export function toEventCondition(group: RuleGroup): Condition {
  assertSound(checkRule(group, 'rule', 'event'));
  return eventGroup(group);
}

function assertSound(problems: RuleError['problems']): void {
  if (problems.length > 0) throw new RuleError(problems);
}

class Reader {
  readonly #segments: Segments;
  #count = 0;

  constructor(segments: Segments) {
    this.#segments = segments;
  }

  customerGroup(group: RuleGroup, path: string, inside: readonly string[]): Condition {
    assertSound(checkRule(group, path));
    return this.#group(group, path, inside);
  }

  #group(group: RuleGroup, path: string, inside: readonly string[]): Condition {
    return readGroup(group, (rule) => {
      this.#count += 1;
      if (this.#count > mostRules) {
        const message = `expected at most ${mostRules} rules with all segments put in; use fewer segments of segments`;
        throw new RuleError([{ code: 'too-many-rules', path, message }]);
      }
      return isRuleGroup(rule) ? this.#group(rule, path, inside) : this.#rule(rule, path, inside);
    });
  }

  #rule(rule: Rule, path: string, inside: readonly string[]): Condition {
    if (rule.match) return eventsCondition(rule, rule.match);
    const meaning = readField(rule.field);
    if (meaning.kind === 'consent') {
      const { channel, purpose } = meaning;
      if (rule.operator === 'null') return not({ kind: 'consent', channel, purpose, test: 'known' });
      if (rule.operator === 'notNull') return { kind: 'consent', channel, purpose, test: 'known' };
      return asked(rule)
        ? { kind: 'consent', channel, purpose, test: 'granted' }
        : not({ kind: 'consent', channel, purpose, test: 'granted' });
    }
    if (meaning.kind === 'segment') {
      const selected = this.#segment(meaning.id, path, inside);
      return asked(rule) ? selected : not(selected);
    }
    return fieldRule(rule, (name) => ({ kind: 'value', name }));
  }

  #segment(id: string, path: string, inside: readonly string[]): Condition {
    if (inside.includes(id)) {
      const circle = [...inside.slice(inside.indexOf(id)), id].join(' → ');
      throw new RuleError([
        { code: 'segment-cycle', path, message: `a segment leads to itself: ${circle}; break the circle` },
      ]);
    }
    const group = this.#segments.get(id);
    if (!group) {
      const message = `there is no segment "${id}"; create it or choose another`;
      throw new RuleError([{ code: 'unknown-segment', path, message }]);
    }
    return this.customerGroup(group, `segment ${id}`, [...inside, id]);
  }
}

/** Whether a rule on a consent or segment asks for yes. */
const asked = (rule: Rule): boolean => (rule.value === true || rule.value === 'true') === (rule.operator === '=');

function readGroup(group: RuleGroup, read: (rule: Rule | RuleGroup) => Condition): Condition {
  const parts = group.rules.map(read);
  const joined = group.combinator === 'and' || parts.length === 0 ? and(parts) : or(parts);
  return group.not ? not(joined) : joined;
}

const eventGroup = (group: RuleGroup): Condition =>
  readGroup(group, (rule) =>
    isRuleGroup(rule)
      ? eventGroup(rule)
      : fieldRule(rule, (name) => (name === 'time' ? { kind: 'time' } : { kind: 'value', name })),
  );

function eventsCondition(rule: Rule, { mode, threshold = 0 }: NonNullable<Rule['match']>): Condition {
  // checkRule has let nothing else pass.
  const of = rule.value === undefined ? constant(true) : eventGroup(rule.value as RuleGroup);
  const counted = (condition: Condition, least: number, most: number): Condition => {
    if (condition.kind === 'constant' && !condition.value) return constant(least === 0);
    if (least === 0 && most === Infinity) return constant(true);
    return { kind: 'events', type: rule.field, of: condition, least, most };
  };
  switch (mode) {
    case 'all':
      return counted(not(of), 0, 0);
    case 'some':
      return counted(of, 1, Infinity);
    case 'none':
      return counted(of, 0, 0);
    case 'atLeast':
      return counted(of, threshold, Infinity);
    case 'atMost':
      return counted(of, 0, threshold);
    case 'exactly':
      return counted(of, threshold, threshold);
  }
}

function fieldRule(rule: Rule, toField: (name: string) => Field): Condition {
  const operator = rule.operator as Operator;
  const positive = negated[operator];
  if (positive) return not(fieldRule({ ...rule, operator: positive }, toField));
  const field = toField(rule.field);
  if (operator === 'null') return field.kind === 'time' ? constant(false) : { kind: 'missing', field };
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

/** An event's time is always a number, so a text that it meets is an instant. */
function readFor(field: Field, value: unknown): Literal {
  const literal = readLiteral(value);
  if (field.kind !== 'time') return literal;
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
