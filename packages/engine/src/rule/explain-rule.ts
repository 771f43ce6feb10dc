import { describeDuration, parseDuration } from './duration.ts';
import { readField } from './field.ts';
import { readList, readNumber } from './literal.ts';
import { operatorWords } from './operators.ts';
import type { Operator } from './operators.ts';
import { isRuleGroup } from './rule.ts';
import type { Rule, RuleGroup } from './rule.ts';

/**
 * A rule in plain English, as `Contract is "Month-to-month" and at least 3 order events within the last 90 days`. Meant for a
 * rule that `checkRule` lets pass; of another it says what it can.
 */
export function explainRule(group: RuleGroup): string {
  return group.rules.length === 0 ? (group.not ? 'nobody' : 'everybody') : sayGroup(group, sayCustomerRule, true);
}

type Say = (rule: Rule) => string;

function sayGroup(group: RuleGroup, say: Say, outermost: boolean): string {
  const parts = group.rules.map((rule) => (isRuleGroup(rule) ? sayGroup(rule, say, false) : say(rule)));
  const joined = parts.length === 0 ? 'always' : parts.join(group.combinator === 'or' ? ' or ' : ' and ');
  if (group.not) return `not (${joined})`;
  return outermost || parts.length < 2 ? joined : `(${joined})`;
}

function sayCustomerRule(rule: Rule): string {
  if (rule.match) return sayEvents(rule, rule.match);
  const meaning = readField(rule.field);
  if (meaning.kind === 'segment') return `${asked(rule) ? 'in' : 'not in'} segment ${JSON.stringify(meaning.id)}`;
  if (meaning.kind === 'consent') {
    const subject = `${meaning.purpose} by ${meaning.channel}`;
    if (rule.operator === 'null') return `never asked about ${subject}`;
    if (rule.operator === 'notNull') return `was asked about ${subject}`;
    return `${asked(rule) ? 'consents' : 'does not consent'} to ${subject}`;
  }
  return sayField(rule);
}

const asked = (rule: Rule): boolean => (rule.value === true || rule.value === 'true') === (rule.operator === '=');

function sayEvents(rule: Rule, { mode, threshold = 0 }: NonNullable<Rule['match']>): string {
  const group = rule.value as RuleGroup | undefined;
  const type = rule.field;
  if (mode === 'all') {
    const that = group && group.rules.length > 0 ? sayGroup(group, sayEventField, true) : 'as it is';
    return `every ${type} event: ${that}`;
  }
  const counted = `${type} event${threshold === 1 ? '' : 's'}`;
  const events = {
    some: `at least 1 ${type} event`,
    none: `no ${type} event`,
    atLeast: `at least ${threshold} ${counted}`,
    atMost: `at most ${threshold} ${counted}`,
    exactly: `exactly ${threshold} ${counted}`,
  }[mode];
  return events + sayThoseEvents(group);
}

/** A window of time reads best right after the events, and the rest after `with`. */
function sayThoseEvents(group: RuleGroup | undefined): string {
  if (!group || group.rules.length === 0) return '';
  if (group.not || group.combinator === 'or') return ` with ${sayGroup(group, sayEventField, false)}`;
  const isWindow = (rule: Rule | RuleGroup): rule is Rule =>
    !isRuleGroup(rule) && rule.field === 'time' && (rule.operator === 'within' || rule.operator === 'notWithin');
  const windows = group.rules.filter(isWindow).map((rule) => ` ${sayWindow(rule)}`);
  const rest = group.rules.filter((rule) => !isWindow(rule));
  const that = rest.length > 0 ? ` with ${sayGroup({ combinator: 'and', rules: rest }, sayEventField, true)}` : '';
  return windows.join(' and') + that;
}

const sayEventField: Say = (rule) => sayField(rule);

function sayWindow(rule: Rule): string {
  return `${rule.operator === 'notWithin' ? 'not ' : ''}within the last ${sayDuration(rule.value)}`;
}

function sayDuration(value: unknown): string {
  try {
    return describeDuration(parseDuration(String(value)));
  } catch {
    return String(value);
  }
}

function sayField(rule: Rule): string {
  const { field, operator, value } = rule;
  const say = (one: unknown) => (rule.valueSource === 'field' ? String(one) : sayValue(one));
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
    default:
      return `${field} ${operatorWords[operator as Operator] ?? operator} ${say(value)}`;
  }
}

const mostNamed = 5;

function sayChoice(values: string[]): string {
  if (values.length === 1) return values[0]!;
  if (values.length > mostNamed) return `one of ${values.slice(0, 3).join(', ')} and ${values.length - 3} more`;
  return `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;
}

function sayValue(value: unknown): string {
  if (typeof value !== 'string') return value === true ? 'yes' : value === false ? 'no' : String(value);
  return readNumber(value) === undefined ? JSON.stringify(value) : value.trim();
}
