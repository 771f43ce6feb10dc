import type { Column } from './column.ts';

/** A tree of questions: whether a column's value is below a split, and at its ends which customers are there. */
export type Tree =
  | { readonly column: Column; readonly split: number; readonly below: Tree; readonly above: Tree }
  | { readonly members: Int32Array };

export interface GrowOptions {
  /** The class of each customer, from 0. */
  classes: Int32Array;
  count: number;
  depth: number;
  /** Fewer customers than this are no group. */
  least: number;
  /** Customers, by their places in the columns. */
  members: Int32Array;
}

/** A column is asked at so many places at most: its quantiles. */
const bins = 64;

/**
 * A classification tree by Gini impurity (Breiman, Friedman, Olshen and Stone, Classification and Regression Trees, 1984),
 * whose splits are rounded so that a person can say them. A column is cut at its quantiles and each customer counted once into
 * a bin, so a level costs customers times columns; the kept library tries every value against every customer, minutes for the
 * ten thousand of a sample.
 */
export function growTree(columns: readonly Column[], options: GrowOptions): Tree {
  const { members, depth, least } = options;
  if (depth === 0 || members.length < 2 * least) return { members };
  const best = bestSplit(columns, options);
  if (!best) return { members };
  const { column, split } = best;
  const side = (wanted: boolean) => members.filter((member) => isBelow(column, split, member) === wanted);
  const grow = (some: Int32Array) => growTree(columns, { ...options, members: some, depth: depth - 1 });
  return { column, split, below: grow(side(true)), above: grow(side(false)) };
}

/** A missing value is not below anything. */
export const isBelow = ({ values }: Column, split: number, member: number): boolean =>
  (values[member] as number) < split;

/** A split that says hardly anything is none. */
const leastGain = 1e-4;

function bestSplit(columns: readonly Column[], { members, classes, count, least }: GrowOptions) {
  const whole = new Float64Array(count);
  for (const member of members) whole[classes[member] as number]!++;
  const wholeImpurity = impurity(whole, members.length);
  let best: { column: Column; split: number; gain: number } | undefined;
  for (const column of columns) {
    const splits = splitsOf(column, members);
    const counted = countByBin(column, splits, members, classes, count);
    const below = new Float64Array(count);
    let countBelow = 0;
    for (const [bin, split] of splits.entries()) {
      for (let i = 0; i < count; i++) {
        const more = counted[bin * count + i] as number;
        below[i]! += more;
        countBelow += more;
      }
      const countAbove = members.length - countBelow;
      if (countBelow < least || countAbove < least) continue;
      const above = whole.map((all, i) => all - (below[i] as number));
      const left = countBelow * impurity(below, countBelow) + countAbove * impurity(above, countAbove);
      const gain = wholeImpurity - left / members.length;
      if (gain > (best?.gain ?? leastGain)) best = { column, split, gain };
    }
  }
  return best;
}

/** How many of each class lie from one split up to the next; whoever lies behind the last, or is missing, is not counted. */
function countByBin(
  { values }: Column,
  splits: readonly number[],
  members: Int32Array,
  classes: Int32Array,
  count: number,
): Float64Array {
  const counted = new Float64Array(splits.length * count);
  for (const member of members) {
    const value = values[member] as number;
    let from = 0;
    let to = splits.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (value < (splits[middle] as number)) to = middle;
      else from = middle + 1;
    }
    if (from < splits.length && !Number.isNaN(value)) counted[from * count + (classes[member] as number)]!++;
  }
  return counted;
}

/** The places at which a column is asked, in order. */
function splitsOf(column: Column, members: Int32Array): number[] {
  const sorted = Float64Array.from(members, (member) => column.values[member] as number)
    .filter((value) => !Number.isNaN(value))
    .sort();
  const splits = new Set<number>();
  for (let bin = 1; bin < bins; bin++) {
    const value = sorted[Math.floor((bin * sorted.length) / bins)];
    if (value !== undefined) splits.add(column.round(value));
  }
  // Beyond a lump of equal values a quantile need not fall.
  const next = sorted.find((value) => value > (sorted[0] as number));
  if (next !== undefined) splits.add(column.round(next));
  return [...splits].sort((a, b) => a - b);
}

const impurity = (tally: Float64Array, total: number): number =>
  1 - tally.reduce((sum, count) => sum + (count / total) ** 2, 0);

/** The ends of a tree, each with the questions that lead to it and their answers. */
export interface Leaf {
  readonly path: readonly { readonly column: Column; readonly split: number; readonly below: boolean }[];
  readonly members: Int32Array;
}

export function leavesOf(tree: Tree, path: Leaf['path'] = []): Leaf[] {
  if ('members' in tree) return [{ path, members: tree.members }];
  const { column, split } = tree;
  return [
    ...leavesOf(tree.below, [...path, { column, split, below: true }]),
    ...leavesOf(tree.above, [...path, { column, split, below: false }]),
  ];
}

/** The tree without the questions whose answers lead to the same. */
export function pruneTree(tree: Tree, answer: (members: Int32Array) => number): Tree {
  if ('members' in tree) return tree;
  const below = pruneTree(tree.below, answer);
  const above = pruneTree(tree.above, answer);
  if ('members' in below && 'members' in above && answer(below.members) === answer(above.members))
    return { members: Int32Array.from([...below.members, ...above.members]) };
  return { ...tree, below, above };
}
