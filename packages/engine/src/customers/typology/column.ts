import type { Rule, RuleGroup } from '../../rule/index.ts';

/**
 * One number a customer, and how a rule asks whether it lies below a value. NaN is a missing value; it lies on the side of
 * the larger.
 */
export interface Column {
  readonly label: string;
  /** The trait or the event that it is about; the values of a trait of texts are a column each. */
  readonly of: string;
  readonly values: Float64Array;
  /** Whether a mean or a share says what a group is like. */
  readonly is: 'mean' | 'share';
  /** A value to split at that reads well, near the one that was found. */
  readonly round: (split: number) => number;
  /** The condition of those whose value is below `split`, and of the others. */
  below(split: number): Rule | RuleGroup;
  notBelow(split: number): Rule | RuleGroup;
}

/** Two digits say enough: 37.412 is 37, 0.2346 is 0.23. */
export function roundValue(split: number): number {
  if (split === 0 || !Number.isFinite(split)) return split;
  const unit = 10 ** (Math.floor(Math.log10(Math.abs(split))) - 1);
  return Number((Math.round(split / unit) * unit).toPrecision(12));
}
