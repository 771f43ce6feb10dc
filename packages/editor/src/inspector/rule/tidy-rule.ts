import { needsThreshold, type Rule, type RuleGroup } from '@osicam/engine/rule';
import { fromFigure, isFigure, toFigure } from './figure.ts';

type Loose = Record<string, unknown>;

/** Which of the fields count something, in the rule itself and in what it asks of others. */
export interface Counting {
  has(field: string): boolean;
}

/** A rule document as the query builder holds it. */
export function toRows({ rules, ...group }: RuleGroup): RuleGroup {
  return {
    ...structuredClone(group),
    rules: rules.map((rule) => {
      if (isGroup(rule)) return toRows(rule);
      if (rule.measure) return toFigure({ ...rule, measure: rule.measure });
      return { ...rule, ...(isGroup(rule.value) ? { value: toRows(rule.value) } : {}) };
    }),
  };
}

/** The rule document out of what the query builder holds: without its ids, with booleans as booleans, and a count for every event. */
export function tidyRule(group: Loose | RuleGroup, counting: Counting): RuleGroup {
  const { combinator, not, rules } = group as RuleGroup;
  return {
    combinator: combinator === 'or' ? 'or' : 'and',
    ...(not ? { not: true } : {}),
    rules: (rules ?? []).map((rule) => (isGroup(rule) ? tidyRule(rule, counting) : tidyOne(rule, counting))),
  };
}

function tidyOne(rule: Rule, counting: Counting): Rule {
  const { field, operator, value, valueSource, match } = rule;
  if (isFigure(field)) return tidyFigure(fromFigure(rule));
  if (match || counting.has(field)) {
    const mode = match?.mode ?? 'atLeast';
    // Within the events of a type all names are properties; of related customers the same can be asked as of any.
    const inner = field.startsWith('$related.') ? counting : none;
    return {
      field,
      operator: '=',
      match: { mode, ...(needsThreshold(mode) ? { threshold: match?.threshold ?? 1 } : {}) },
      value: isGroup(value) ? tidyRule(value, inner) : { combinator: 'and', rules: [] },
    };
  }
  const result: Rule = { field, operator };
  if (operator !== 'null' && operator !== 'notNull')
    result.value = value === 'true' ? true : value === 'false' ? false : value;
  if (valueSource === 'field') result.valueSource = 'field';
  return result;
}

function tidyFigure({ measure, ...rule }: Rule): Rule {
  if (!measure) return rule;
  return { ...rule, measure: { ...measure, ...(measure.where ? { where: tidyRule(measure.where, none) } : {}) } };
}

const none: Counting = new Set<string>();

export const emptyRule: RuleGroup = { combinator: 'and', rules: [] };

export const isGroup = (value: unknown): value is RuleGroup =>
  typeof value === 'object' && value !== null && Array.isArray((value as { rules?: unknown }).rules);
