/** One thing that is wrong with a loop document, said so that its author can mend it. */
export interface Problem {
  level: 'error' | 'warning';
  code: string;
  node?: string;
  edge?: string;
  /** Where in the document, as `nodes[3].data.settings.subject`. */
  path: string;
  /** What was expected, what came, and what to do. */
  message: string;
}

/** A loop that cannot be used as it is. Carries every problem found, not just the first. */
export class LoopError extends Error {
  override name = 'LoopError';
  readonly loopId: string;
  readonly problems: readonly Problem[];

  constructor(loopId: string, problems: readonly Problem[]) {
    const errors = problems.filter((problem) => problem.level === 'error');
    super(`loop ${loopId}: ${errors.map((problem) => `${problem.path}: ${problem.message}`).join('; ')}`);
    this.loopId = loopId;
    this.problems = problems;
  }
}
