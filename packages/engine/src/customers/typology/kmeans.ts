import type { Column } from './column.ts';
import { growTree, leavesOf, pruneTree } from './grow-tree.ts';
import { anyOf, pathRule } from './path-rule.ts';
import { momentsOf, nameOf, profileOf } from './profile.ts';
import type { Proposal, ProposedGroup } from './settings.ts';
import { TypologyError } from './settings.ts';

const fewest = 3;
const mostTried = 8;
/** Customers by whom numbers of groups are compared: each is held against each. */
const compared = 600;

/**
 * Customers who lie together, by k-means++ over standardised columns (Arthur and Vassilvitskii, 2007). A cluster is no rule, so a
 * tree is grown that tells the clusters apart, and its ends are the groups: what is lost by that is said as fidelity. Without a
 * number of groups, the one of 3 to 8 with the best mean silhouette (Rousseeuw, 1987) is taken.
 */
export async function proposeClusters(
  columns: readonly Column[],
  customers: number,
  groups: number | undefined,
): Promise<Proposal> {
  if (columns.length < 2)
    throw new TypologyError(`expected at least two features in which customers differ, found ${columns.length}`);
  if (customers < 100) throw new TypologyError(`expected at least 100 customers, found ${customers}`);
  const points = standardised(columns, customers);
  const cluster = await loadKmeans();
  const clusters = groups === undefined ? bestClusters(points, cluster) : cluster(points, groups);
  const count = Math.max(...clusters) + 1;
  const everybody = Int32Array.from({ length: customers }, (_, i) => i);
  const tree = growTree(columns, {
    classes: Int32Array.from(clusters),
    count,
    depth: 5,
    least: Math.max(5, Math.floor(customers / 200)),
    members: everybody,
  });
  const clusterOf = (members: Int32Array) => commonest(members, clusters, count);
  const leaves = leavesOf(pruneTree(tree, clusterOf)).map((leaf) => ({ ...leaf, cluster: clusterOf(leaf.members) }));
  let right = 0;
  const proposed: ProposedGroup[] = [];
  for (const [place, own] of [...Map.groupBy(leaves, (leaf) => leaf.cluster).values()].entries()) {
    const members = Int32Array.from(own.flatMap((leaf) => [...leaf.members]));
    for (const member of members) if (clusters[member] === own[0]?.cluster) right++;
    const profile = profileOf(columns, members);
    proposed.push({
      name: nameOf(profile, place + 1),
      rule: anyOf(own.map(({ path }) => pathRule(path))),
      share: members.length / customers,
      profile,
    });
  }
  return {
    groups: proposed.sort((a, b) => b.share - a.share),
    customers,
    fidelity: right / customers,
  };
}

/**
 * Columns of one scale: numbers in standard deviations, of which what is far out counts three, and shares as they are, so that a
 * rare value does not outweigh everything else. What is missing counts as the mean.
 */
function standardised(columns: readonly Column[], customers: number): number[][] {
  const scales = columns.map(({ values }) => momentsOf(values));
  return Array.from({ length: customers }, (_, member) =>
    columns.map(({ values, is }, i) => {
      const { mean, deviation } = scales[i] as (typeof scales)[number];
      const value = values[member] as number;
      if (is === 'share') return value - mean;
      return Number.isNaN(value) || deviation === 0 ? 0 : Math.max(-3, Math.min(3, (value - mean) / deviation));
    }),
  );
}

type Cluster = (points: number[][], groups: number) => number[];

/** Loaded when somebody asks for it: it brings 250 files along. The same seed each time: the same base gives the same typology. */
async function loadKmeans(): Promise<Cluster> {
  const { kmeans } = await import('ml-kmeans');
  return (points, groups) =>
    kmeans(points, groups, { seed: 1, initialization: 'kmeans++', maxIterations: 100 }).clusters;
}

function bestClusters(points: number[][], cluster: Cluster): number[] {
  let best: { clusters: number[]; silhouette: number } | undefined;
  const step = Math.max(1, Math.floor(points.length / compared));
  const some = points.map((_, i) => i).filter((i) => i % step === 0);
  for (let groups = fewest; groups <= mostTried; groups++) {
    const clusters = cluster(points, groups);
    const silhouette = meanSilhouette(points, clusters, some);
    if (!best || silhouette > best.silhouette + 0.01) best = { clusters, silhouette };
  }
  return best?.clusters ?? [];
}

function meanSilhouette(points: number[][], clusters: readonly number[], some: readonly number[]): number {
  const members = Map.groupBy(some, (i) => clusters[i] as number);
  let sum = 0;
  for (const i of some) {
    const distances = new Map(
      [...members].map(([id, others]) => [
        id,
        meanDistance(
          points,
          i,
          others.filter((other) => other !== i),
        ),
      ]),
    );
    const own = distances.get(clusters[i] as number) ?? 0;
    const nearest = Math.min(...[...distances].flatMap(([id, to]) => (id === clusters[i] ? [] : [to])));
    sum += Number.isFinite(nearest) ? (nearest - own) / Math.max(nearest, own, 1e-9) : 0;
  }
  return sum / some.length;
}

function meanDistance(points: number[][], of: number, others: readonly number[]): number {
  if (others.length === 0) return 0;
  let sum = 0;
  for (const other of others)
    sum += Math.hypot(...(points[of] as number[]).map((x, i) => x - (points[other]?.[i] ?? 0)));
  return sum / others.length;
}

function commonest(members: Int32Array, clusters: readonly number[], count: number): number {
  const tally = new Array<number>(count).fill(0);
  for (const member of members) tally[clusters[member] as number]!++;
  return tally.indexOf(Math.max(...tally));
}
