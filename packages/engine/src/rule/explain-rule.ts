import type { FieldMeaning, RowScope } from './field.ts';
import { instantOf, readField } from './field.ts';
import { readList } from './literal.ts';
import { isRuleGroup } from './rule.ts';
import type { Measure, Rule, RuleGroup } from './rule.ts';
import { sayField, sayWindow } from './say-field.ts';

/**
 * What people call what rules name by a key; whatever has no label is called by its name. Properties are those of an event
 * type: `order` → `total` → `Order value`.
 */
export interface RuleLabels {
  traits?: ReadonlyMap<string, string>;
  events?: ReadonlyMap<string, string>;
  properties?: ReadonlyMap<string, ReadonlyMap<string, string>>;
  segments?: ReadonlyMap<string, string>;
  lists?: ReadonlyMap<string, string>;
  /** Kinds of groups. */
  groups?: ReadonlyMap<string, string>;
}

/**
 * A rule in plain English, as `Contract is "Month-to-month" and at least 3 order events within the last 90 days`. Meant for a
 * rule that `checkRule` lets pass; of another it says what it can.
 */
export function explainRule(group: RuleGroup, labels: RuleLabels = {}): string {
  if (group.rules.length === 0) return group.not ? 'nobody' : 'everybody';
  return sayGroup(group, (rule) => sayCustomerRule(rule, labels), true);
}

type Say = (rule: Rule) => string;

function sayGroup(group: RuleGroup, say: Say, outermost: boolean): string {
  const parts = group.rules.map((rule) => (isRuleGroup(rule) ? sayGroup(rule, say, false) : say(rule)));
  const joined = parts.length === 0 ? 'always' : parts.join(group.combinator === 'or' ? ' or ' : ' and ');
  if (group.not) return `not (${joined})`;
  return outermost || parts.length < 2 ? joined : `(${joined})`;
}

function sayCustomerRule(rule: Rule, labels: RuleLabels): string {
  const meaning = readField(rule.field);
  if (rule.measure) return sayMeasure(rule, rule.measure, labels);
  if (rule.match) return sayCounted(rule, rule.match, meaning, labels);
  switch (meaning.kind) {
    case 'segment':
      return `${asked(rule) ? 'in' : 'not in'} segment ${quoted(meaning.id, labels.segments)}`;
    case 'list':
      return `${asked(rule) ? 'on' : 'not on'} list ${quoted(meaning.id, labels.lists)}`;
    case 'share':
      return sayShare(meaning.name, rule);
    case 'consent': {
      const subject = `${meaning.purpose} by ${meaning.channel}`;
      if (rule.operator === 'null') return `never asked about ${subject}`;
      if (rule.operator === 'notNull') return `was asked about ${subject}`;
      return `${asked(rule) ? 'consents' : 'does not consent'} to ${subject}`;
    }
    default: {
      const label = (name: string) => labels.traits?.get(name) ?? name;
      return sayField(rule, label(rule.field), label);
    }
  }
}

const asked = (rule: Rule): boolean => (rule.value === true || rule.value === 'true') === (rule.operator === '=');

const quoted = (id: string, labels: ReadonlyMap<string, string> | undefined): string =>
  JSON.stringify(labels?.get(id) ?? id);

function sayShare(name: string, { operator, value }: Rule): string {
  const [first, second] = readList(value).map((one) => `${String(one).trim()} %`);
  if (operator === 'between') return `in the random share ${quoted(name, undefined)} from ${first} to ${second}`;
  return `in the random share ${quoted(name, undefined)} ${operator === '<' ? `below ${first}` : `from ${first} on`}`;
}

/** How what is counted is called: one of them, several of them, and the fields that its group asks for. */
interface Counted {
  /** Before their number. */
  who?: string;
  one: string;
  several: string;
  /** What joins the count and its conditions. */
  that: string;
  say: Say;
  /** The field that is its instant. */
  instant?: string;
}

function countedBy(rule: Rule, meaning: FieldMeaning, labels: RuleLabels): Counted {
  switch (meaning.kind) {
    case 'changed': {
      const trait = labels.traits?.get(meaning.trait) ?? meaning.trait;
      const names: Readonly<Record<string, string>> = { from: 'the old value', to: 'the new value' };
      const say = sayRow('change', (name) => names[name] ?? name);
      return { one: `change of ${trait}`, several: `changes of ${trait}`, that: 'with', say, instant: 'time' };
    }
    case 'related': {
      const kind = labels.groups?.get(meaning.group) ?? meaning.group;
      const say = (inner: Rule) => sayCustomerRule(inner, labels);
      return { who: `shares the ${kind} with `, one: 'other customer', several: 'other customers', that: 'where', say };
    }
    case 'group': {
      const kind = labels.groups?.get(meaning.group) ?? meaning.group;
      const say = sayRow('group', (name) => (name === instantOf.group ? 'its beginning' : name));
      return { who: 'belongs to ', one: kind, several: `${kind} groups`, that: 'with', say };
    }
    default: {
      const type = labels.events?.get(rule.field) ?? rule.field;
      return {
        one: `${type} event`,
        several: `${type} events`,
        that: 'with',
        say: sayEvent(rule.field, labels),
        instant: 'time',
      };
    }
  }
}

const sayRow =
  (scope: RowScope, label: (name: string) => string): Say =>
  (rule) =>
    sayField(rule, label(rule.field), label, rule.field === instantOf[scope]);

const sayEvent = (type: string, labels: RuleLabels): Say =>
  sayRow('event', (name) => labels.properties?.get(type)?.get(name) ?? name);

function sayCounted(
  rule: Rule,
  { mode, threshold = 0 }: NonNullable<Rule['match']>,
  meaning: FieldMeaning,
  labels: RuleLabels,
): string {
  const group = rule.value as RuleGroup | undefined;
  const counted = countedBy(rule, meaning, labels);
  if (mode === 'all') {
    const that = group && group.rules.length > 0 ? sayGroup(group, counted.say, true) : 'as it is';
    return `every ${counted.one}${counted.who ? ` it ${counted.who.trim()}` : ''}: ${that}`;
  }
  const number = `${threshold} ${threshold === 1 ? counted.one : counted.several}`;
  const events = {
    some: `at least 1 ${counted.one}`,
    none: `no ${counted.one}`,
    atLeast: `at least ${number}`,
    atMost: `at most ${number}`,
    exactly: `exactly ${number}`,
  }[mode];
  return (counted.who ?? '') + events + sayThose(group, counted);
}

/** A window of time reads best right after the events, and the rest after `with`. */
function sayThose(group: RuleGroup | undefined, { that, say, instant }: Counted): string {
  if (!group || group.rules.length === 0) return '';
  if (group.not || group.combinator === 'or') return ` ${that} ${sayGroup(group, say, false)}`;
  const isWindow = (rule: Rule | RuleGroup): rule is Rule =>
    instant === 'time' &&
    !isRuleGroup(rule) &&
    rule.field === instant &&
    (rule.operator === 'within' || rule.operator === 'notWithin');
  const windows = group.rules.filter(isWindow).map((rule) => ` ${sayWindow(rule)}`);
  const rest = group.rules.filter((rule) => !isWindow(rule));
  // Around customers a bracket tells where their conditions end.
  const isOutermost = that === 'with' || rest.length < 2;
  const conditions =
    rest.length > 0 ? ` ${that} ${sayGroup({ combinator: 'and', rules: rest }, say, isOutermost)}` : '';
  return windows.join(' and') + conditions;
}

/** As `the sum of total over order events within the last 90 days is more than 50`. */
function sayMeasure(rule: Rule, measure: Measure, labels: RuleLabels): string {
  const type = labels.events?.get(rule.field) ?? rule.field;
  const say = sayEvent(rule.field, labels);
  const name = measure.property ?? '';
  const property = labels.properties?.get(rule.field)?.get(name) ?? name;
  const those = sayThose(measure.where, { one: '', several: '', that: 'with', say, instant: 'time' });
  const isTime = name === 'time';
  const figure = {
    count: `the number of ${type} events${those}`,
    sum: `the sum of ${property} over ${type} events${those}`,
    average: `the average ${property} of ${type} events${those}`,
    min: isTime ? `the first ${type} event${those}` : `the lowest ${property} of ${type} events${those}`,
    max: isTime ? `the last ${type} event${those}` : `the highest ${property} of ${type} events${those}`,
    first: isTime ? `the first ${type} event${those}` : `the ${property} of the first ${type} event${those}`,
    last: isTime ? `the last ${type} event${those}` : `the ${property} of the last ${type} event${those}`,
  }[measure.function];
  return sayField(rule, figure, (other) => labels.traits?.get(other) ?? other, isTime);
}
