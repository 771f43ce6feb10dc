import type { Condition, Field, FigureCondition, Rows, RowsCondition } from './condition.ts';
import { fieldTest } from './field-test.ts';
import { figureOf } from './figure.ts';
import type { RuleGroup } from './rule.ts';
import { shareOf } from './share.ts';
import type { RuleChange, RuleConsent, RuleEvent, RuleMembership, RuleSubject } from './subject.ts';
import type { RuleNames } from './to-condition.ts';
import { toCondition, toEventCondition } from './to-condition.ts';

export interface PredicateContext extends RuleNames {
  /** Epoch milliseconds. */
  now: number;
}

/** The rule as a function, which says of every customer what `ruleToSql` says. */
export function ruleToPredicate(
  group: RuleGroup,
  { now, ...names }: PredicateContext,
): (customer: RuleSubject) => boolean {
  const test = customerTest(toCondition(group, names));
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
  switch (condition.kind) {
    case 'rows':
      return rowsTest(condition);
    case 'figure':
      return figureTest(condition);
    case 'consent': {
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
    case 'list':
      return ({ lists = [] }) => lists.includes(condition.id);
    case 'share': {
      const { key, from, below } = condition;
      return (customer) => {
        const share = shareOf(idOf(customer), key);
        return share >= from && share < below;
      };
    }
    default:
      return compose(condition, customerTest, traitOf);
  }
}

const idOf = ({ id }: RuleSubject): number => {
  if (id === undefined) throw new TypeError('expected the id of the customer, whose share and relations go by it');
  return id;
};

const own = (object: Readonly<Record<string, unknown>>, name: string): unknown =>
  Object.hasOwn(object, name) ? object[name] : undefined;

function traitOf(field: Field): (customer: RuleSubject) => unknown {
  if (field.kind !== 'value') throw new TypeError(`expected a trait, got the ${field.kind} of something else`);
  return ({ traits }) => own(traits, field.name);
}

/** Counts each of those that it counts once, however often it comes. */
function rowsTest({ rows, of, least, most }: RowsCondition): Test<RuleSubject> {
  const counted = rowsCounted(rows, of);
  return (customer, now) => {
    const count = new Set(counted(customer, now)).size;
    return count >= least && count <= most;
  };
}

function rowsCounted(rows: Rows, of: Condition): (customer: RuleSubject, now: number) => unknown[] {
  switch (rows.of) {
    case 'events': {
      const test = eventTest(of);
      return ({ events = [] }, now) => events.filter((event) => event.type === rows.type && test(event, now));
    }
    case 'changes': {
      const test = changeTest(rows.trait, of);
      return ({ changes = [] }, now) =>
        changes.filter((change) => Object.hasOwn(change.after, rows.trait) && test(change, now));
    }
    case 'groups': {
      const test = groupTest(of);
      return (customer, now) =>
        currentGroups(customer, rows.group, now).flatMap((one) => (test(one, now) ? [one.key] : []));
    }
    case 'related': {
      const test = customerTest(of);
      return (customer, now) => {
        const keys = new Set(currentGroups(customer, rows.group, now).map(({ key }) => key));
        return (customer.others ?? []).filter(
          (other) =>
            idOf(other) !== idOf(customer) &&
            currentGroups(other, rows.group, now).some(({ key }) => keys.has(key)) &&
            test(other, now),
        );
      };
    }
  }
}

const currentGroups = ({ groups = [] }: RuleSubject, kind: string, now: number): RuleMembership[] =>
  groups.filter((one) => one.kind === kind && one.from <= now && (one.to === undefined || one.to > now));

const eventTest = (condition: Condition): Test<RuleEvent> => rowTest(condition, eventField);

function eventField(field: Field): (event: RuleEvent) => unknown {
  if (field.kind === 'time') return ({ time }) => time;
  const name = nameOf(field);
  return ({ properties }) => own(properties, name);
}

const groupTest = (condition: Condition): Test<RuleMembership> =>
  rowTest(condition, (field) => {
    if (field.kind === 'time') return ({ from }) => from;
    const name = nameOf(field);
    return ({ traits }) => own(traits, name);
  });

const changeTest = (trait: string, condition: Condition): Test<RuleChange> =>
  rowTest(condition, (field) => {
    switch (field.kind) {
      case 'from':
        return ({ before }) => own(before, trait);
      case 'to':
        return ({ after }) => own(after, trait);
      case 'source':
        return ({ source }) => source;
      default:
        return ({ time }) => time;
    }
  });

function nameOf(field: Field): string {
  if (field.kind !== 'value') throw new TypeError(`expected a name, got a ${field.kind}`);
  return field.name;
}

function rowTest<T>(condition: Condition, reader: (field: Field) => (row: T) => unknown): Test<T> {
  switch (condition.kind) {
    case 'rows':
    case 'figure':
    case 'consent':
    case 'list':
    case 'share':
      throw new TypeError(`expected a condition on a row, got one on ${condition.kind}`);
    default:
      return compose(condition, (inner) => rowTest(inner, reader), reader);
  }
}

function figureTest({ type, where, function: made, of, test }: FigureCondition): Test<RuleSubject> {
  const isCounted = eventTest(where);
  const read = of ? eventField(of) : () => undefined;
  const holds = fieldTest(test);
  const readOther = 'other' in test ? traitOf(test.other) : () => undefined;
  return (customer, now) => {
    const events = (customer.events ?? []).filter((event) => event.type === type && isCounted(event, now));
    return holds(figureOf(made, events, read), now, readOther(customer));
  };
}

function compose<T>(
  condition: Exclude<Condition, { kind: 'consent' | 'rows' | 'figure' | 'list' | 'share' }>,
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
