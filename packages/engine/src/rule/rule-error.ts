import type { RuleProblem } from './check-rule.ts';

/** A rule that cannot be translated as it is. Carries every problem found, not just the first. */
export class RuleError extends Error {
  override name = 'RuleError';
  readonly problems: readonly RuleProblem[];

  constructor(problems: readonly RuleProblem[]) {
    super(problems.map((problem) => `${problem.path}: ${problem.message}`).join('; '));
    this.problems = problems;
  }
}
