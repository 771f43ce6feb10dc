import type { SettingsProblem } from '@osicam/engine/plugin';
import type { RuleGroup } from '@osicam/engine/rule';
import { checkRule } from '@osicam/engine/rule';

/** A rule on one event may ask of its properties and time only, which the field's own check, made for customers, does not know. */
export const eventRuleProblems = (
  where: RuleGroup | undefined,
  path: readonly (string | number)[],
): SettingsProblem[] =>
  where
    ? checkRule(where, '', 'event').map((problem) => ({ path, message: `${problem.path}: ${problem.message}` }))
    : [];
