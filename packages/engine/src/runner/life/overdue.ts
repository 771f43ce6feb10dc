import type { Loop } from '../../loop/index.ts';
import { standsStill } from '../../machine/index.ts';
import type { LifeState } from '../../machine/index.ts';
import type { StoredState, Transaction, Version } from '../../store/index.ts';
import { countOverdue, loadVersions } from '../../store/index.ts';

/** What has come due in a loop, a node at a time, in the order of its versions and their documents. */
export interface Overdue {
  loop: string;
  pausedAt: number | null;
  at: number;
  nodes: {
    node: string;
    label: string;
    version: number;
    arrived: number;
    overdue: number;
    messages: number;
  }[];
  total: { arrived: number; overdue: number; messages: number };
}

/** A node of a stored version, by the small integer that the tables hold. */
export interface StoredNode {
  ref: number;
  version: Version;
  node: Loop['nodes'][number];
}

/** The nodes of versions as they were published, whether or not their plugins are still there. */
export const nodesOfVersions = (versions: readonly Version[]): StoredNode[] =>
  versions.flatMap((version) =>
    (JSON.parse(version.document) as Loop).nodes.map((node) => ({
      ref: version.refs.get(node.id) as number,
      version,
      node,
    })),
  );

export async function overdueOf(tx: Transaction, state: StoredState, now: number): Promise<Overdue> {
  const nodes = new Map(nodesOfVersions(await loadVersions(tx, state.loop)).map((each) => [each.ref, each]));
  const total = { arrived: 0, overdue: 0, messages: 0 };
  const due = (await countOverdue(tx, [...nodes.keys()], now)).map(({ node: ref, ...counts }) => {
    const { node, version } = nodes.get(ref) as StoredNode;
    for (const name of ['arrived', 'overdue', 'messages'] as const) total[name] += counts[name];
    return { node: node.id, label: node.data.label || node.id, version: version.number, ...counts };
  });
  const pausedAt = standsStill(state.state as LifeState) ? state.since : null;
  return { loop: state.loop, pausedAt, at: now, nodes: due, total };
}
