import type { Condition, Field, FieldCondition, OneOf, Order, Range, TextPlace } from './condition.ts';
import { parseInstant } from './instant.ts';
import type { RuleGroup } from './rule.ts';
import { compareText, foldCase } from './text.ts';
import type { Segments } from './to-condition.ts';
import { toCondition, toEventCondition } from './to-condition.ts';

/** What a rule needs to know of a customer. */
export interface RuleSubject {
  readonly traits: Readonly<Record<string, unknown>>;
  readonly events?: readonly RuleEvent[];
  readonly consents?: readonly RuleConsent[];
}

export interface RuleEvent {
  readonly type: string;
  readonly time: number;
  readonly properties: Readonly<Record<string, unknown>>;
}

export interface RuleConsent {
  readonly channel: string;
  readonly purpose: string;
  readonly at: number;
  readonly granted: boolean;
}

export interface PredicateContext {
  /** Epoch milliseconds. */
  now: number;
  segments?: Segments;
}

/** The rule as a function, which says of every customer what `ruleToSql` says. */
export function ruleToPredicate(
  group: RuleGroup,
  { now, segments }: PredicateContext,
): (customer: RuleSubject) => boolean {
  const test = customerTest(toCondition(group, segments));
  return (customer) => test(customer, now);
}

/** A filter over single events, read once: its fields are the event's properties and `time`. The type is not looked at. */
export function eventPredicate(group: RuleGroup): (event: RuleEvent, now: number) => boolean {
  return eventTest(toEventCondition(group));
}

/** As `eventPredicate`, for one event; a filter over many is read once with that. */
export function eventMatches(group: RuleGroup, event: RuleEvent, now: number): boolean {
  return eventPredicate(group)(event, now);
}

type Test<T> = (subject: T, now: number) => boolean;

function customerTest(condition: Condition): Test<RuleSubject> {
  if (condition.kind === 'events') {
    const { type, least, most } = condition;
    const test = eventTest(condition.of);
    return ({ events = [] }, now) => {
      let count = 0;
      for (const event of events) if (event.type === type && test(event, now)) count += 1;
      return count >= least && count <= most;
    };
  }
  if (condition.kind === 'consent') {
    const { channel, purpose } = condition;
    return ({ consents = [] }) => {
      let latest: RuleConsent | undefined;
      for (const consent of consents) {
        if (consent.channel !== channel || consent.purpose !== purpose) continue;
        if (!latest || consent.at >= latest.at) latest = consent;
      }
      return condition.test === 'known' ? latest !== undefined : latest?.granted === true;
    };
  }
  return compose(condition, customerTest, (field) => {
    if (field.kind === 'time') throw new TypeError('expected a trait, got the time of an event');
    const { name } = field;
    return ({ traits }) => (Object.hasOwn(traits, name) ? traits[name] : undefined);
  });
}

function eventTest(condition: Condition): Test<RuleEvent> {
  if (condition.kind === 'consent' || condition.kind === 'events') {
    throw new TypeError(`expected a condition on an event, got one on ${condition.kind}`);
  }
  return compose(condition, eventTest, (field) => {
    if (field.kind === 'time') return ({ time }) => time;
    const { name } = field;
    return ({ properties }) => (Object.hasOwn(properties, name) ? properties[name] : undefined);
  });
}

function compose<T>(
  condition: Exclude<Condition, { kind: 'consent' | 'events' }>,
  inner: (condition: Condition) => Test<T>,
  reader: (field: Field) => (subject: T) => unknown,
): Test<T> {
  switch (condition.kind) {
    case 'constant':
      return () => condition.value;
    case 'and': {
      const tests = condition.of.map(inner);
      return (subject, now) => tests.every((test) => test(subject, now));
    }
    case 'or': {
      const tests = condition.of.map(inner);
      return (subject, now) => tests.some((test) => test(subject, now));
    }
    case 'not': {
      const test = inner(condition.of);
      return (subject, now) => !test(subject, now);
    }
    default: {
      const read = reader(condition.field);
      const readOther = 'other' in condition ? reader(condition.other) : () => undefined;
      const test = fieldTest(condition);
      return (subject, now) => test(read(subject), now, readOther(subject));
    }
  }
}

function fieldTest(condition: FieldCondition): (value: unknown, now: number, other: unknown) => boolean {
  switch (condition.kind) {
    case 'missing':
      return (value) => value === null || value === undefined;
    case 'oneOf':
      return oneOf(condition);
    case 'range': {
      const { numbers, texts } = condition;
      return (value) =>
        typeof value === 'number'
          ? numbers !== undefined && inRange(value, numbers, compareNumbers)
          : typeof value === 'string' && texts !== undefined && inRange(value, texts, compareText);
    }
    case 'text': {
      const { where, needle } = condition;
      return (value) => {
        const text = textOf(value);
        return text !== undefined && places[where](foldCase(text), needle);
      };
    }
    case 'within': {
      const { milliseconds } = condition;
      return (value, now) => {
        const instant = typeof value === 'string' ? parseInstant(value) : value;
        return typeof instant === 'number' && instant >= now - milliseconds && instant <= now;
      };
    }
    case 'equalField':
      return (value, _now, other) => isScalar(value) && value === other;
    case 'orderField': {
      const holds = orders[condition.order];
      return (value, _now, other) => {
        if (typeof value === 'number' && typeof other === 'number') return holds(compareNumbers(value, other));
        return typeof value === 'string' && typeof other === 'string' && holds(compareText(value, other));
      };
    }
    case 'textField': {
      const { where } = condition;
      return (value, _now, other) => {
        const [text, needle] = [textOf(value), textOf(other)];
        return text !== undefined && needle !== undefined && places[where](foldCase(text), foldCase(needle));
      };
    }
  }
}

function oneOf({ texts, numbers, booleans }: OneOf): (value: unknown) => boolean {
  const scalars = [...texts, ...numbers, ...booleans];
  if (scalars.length === 1) return (value) => value === scalars[0];
  const set = new Set<unknown>(scalars);
  return (value) => set.has(value);
}

const compareNumbers = (a: number, b: number): number => a - b;

function inRange<T>(value: T, { lower, upper }: Range<T>, compare: (a: T, b: T) => number): boolean {
  if (lower) {
    const order = compare(value, lower.value);
    if (lower.inclusive ? order < 0 : order <= 0) return false;
  }
  if (!upper) return true;
  const order = compare(value, upper.value);
  return upper.inclusive ? order <= 0 : order < 0;
}

const orders: Record<Order, (order: number) => boolean> = {
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

const places: Record<TextPlace, (text: string, needle: string) => boolean> = {
  contains: (text, needle) => text.includes(needle),
  beginsWith: (text, needle) => text.startsWith(needle),
  endsWith: (text, needle) => text.endsWith(needle),
};

/** What text operators see: a text, or a whole number as its digits. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : undefined;
}

const isScalar = (value: unknown): boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
