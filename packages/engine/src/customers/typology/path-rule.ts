import type { Rule, RuleGroup } from '../../rule/index.ts';
import { isRuleGroup } from '../../rule/index.ts';
import type { Leaf } from './grow-tree.ts';

/** The rule of those whom a path of questions leads to: of two questions about one column only the narrower is said. */
export function pathRule(path: Leaf['path']): RuleGroup {
  const narrowest = new Map<string, Leaf['path'][number]>();
  for (const step of path) {
    const key = `${step.below} ${step.column.label}`;
    const known = narrowest.get(key);
    if (!known || (step.below ? step.split < known.split : step.split > known.split)) narrowest.set(key, step);
  }
  // Who is in Bonn is not in Köln.
  const decided = new Set([...narrowest.values()].flatMap((step) => (saysValue(step) ? [step.column.of] : [])));
  const told = [...narrowest.values()].filter(
    (step) => step.column.is !== 'share' || saysValue(step) || !decided.has(step.column.of),
  );
  const rules = told.flatMap(({ column, split, below }) => {
    const rule = below ? column.below(split) : column.notBelow(split);
    return isRuleGroup(rule) && rule.combinator === 'and' ? rule.rules : [rule];
  });
  return { combinator: 'and', rules };
}

const saysValue = ({ column, below }: Leaf['path'][number]): boolean => column.is === 'share' && !below;

/** Any of several rules. */
export function anyOf(rules: readonly RuleGroup[]): RuleGroup {
  if (rules.length === 1) return rules[0] as RuleGroup;
  const unwrapped = rules.map((rule): Rule | RuleGroup => (rule.rules.length === 1 ? (rule.rules[0] as Rule) : rule));
  return { combinator: 'or', rules: unwrapped };
}
