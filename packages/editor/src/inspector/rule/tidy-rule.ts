import { needsThreshold, type Rule, type RuleGroup } from '@osicam/engine/rule';

type Loose = Record<string, unknown>;

/** The rule document out of what the query builder holds: without its ids, with booleans as booleans, and a count for every event. */
export function tidyRule(group: Loose | RuleGroup, events: ReadonlySet<string>): RuleGroup {
  const { combinator, not, rules } = group as RuleGroup;
  return {
    combinator: combinator === 'or' ? 'or' : 'and',
    ...(not ? { not: true } : {}),
    rules: (rules ?? []).map((rule) => (isGroup(rule) ? tidyRule(rule, events) : tidyOne(rule, events))),
  };
}

function tidyOne(rule: Rule, events: ReadonlySet<string>): Rule {
  const { field, operator, value, valueSource, match } = rule;
  if (match || events.has(field)) {
    const mode = match?.mode ?? 'atLeast';
    return {
      field,
      operator: '=',
      match: { mode, ...(needsThreshold(mode) ? { threshold: match?.threshold ?? 1 } : {}) },
      value: isGroup(value) ? tidyRule(value, new Set()) : { combinator: 'and', rules: [] },
    };
  }
  const result: Rule = { field, operator };
  if (operator !== 'null' && operator !== 'notNull')
    result.value = value === 'true' ? true : value === 'false' ? false : value;
  if (valueSource === 'field') result.valueSource = 'field';
  return result;
}

export const emptyRule: RuleGroup = { combinator: 'and', rules: [] };

export const isGroup = (value: unknown): value is RuleGroup =>
  typeof value === 'object' && value !== null && Array.isArray((value as { rules?: unknown }).rules);
