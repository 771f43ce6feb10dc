import { explainRule } from '../../rule/index.ts';
import type { Column } from './column.ts';
import type { Leaf } from './grow-tree.ts';
import { growTree, isBelow, leavesOf } from './grow-tree.ts';
import { pathRule } from './path-rule.ts';
import { profileOf } from './profile.ts';
import type { Proposal } from './settings.ts';
import { TypologyError } from './settings.ts';

/**
 * Groups that differ most in how many of them something holds for. Seven in ten customers grow the tree; what is said of a
 * group is counted among the other three, whom it has not seen, so that nobody is told of a difference that is chance.
 */
export function proposeTree(
  columns: readonly Column[],
  holds: Int32Array,
  { depth = 3 }: { depth?: number } = {},
): Proposal {
  const customers = holds.length;
  const positive = holds.reduce((sum, one) => sum + one, 0);
  if (columns.length === 0)
    throw new TypologyError('expected at least one feature in which customers differ, found none');
  if (positive < 30 || customers - positive < 30)
    throw new TypologyError(
      `expected at least 30 customers whom the rule holds for and 30 whom it does not, found ${positive} and ${customers - positive}`,
    );
  const everybody = Int32Array.from({ length: customers }, (_, i) => i);
  const grown = everybody.filter((member) => member % 10 < 7);
  const tree = growTree(columns, {
    classes: holds,
    count: 2,
    depth,
    least: Math.max(10, Math.floor(grown.length / 100)),
    members: grown,
  });
  const groups = leavesOf(tree)
    .map(({ path }) => {
      const members = everybody.filter((member) => follows(path, member));
      const unseen = members.filter((member) => member % 10 >= 7);
      const rule = pathRule(path);
      return {
        name: explainRule(rule),
        rule,
        share: members.length / customers,
        profile: profileOf(columns, members),
        target: shareOf(unseen.length > 0 ? unseen : members, holds),
      };
    })
    .sort((a, b) => b.target - a.target);
  if (groups.length < 2)
    throw new TypologyError('none of these features tells apart whom the rule holds for: choose others');
  return { groups, customers, fidelity: 1, target: positive / customers };
}

const follows = (path: Leaf['path'], member: number): boolean =>
  path.every(({ column, split, below }) => isBelow(column, split, member) === below);

const shareOf = (members: Int32Array, holds: Int32Array): number =>
  members.length === 0 ? 0 : members.reduce((sum, member) => sum + (holds[member] as number), 0) / members.length;
