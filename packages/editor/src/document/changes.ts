import type { Loop, LoopEdge, LoopNode } from '@osicam/engine/loop';

/** One edit of a loop, as data. Every way to edit ends in a list of these, so that undo knows no gesture. */
export type Change =
  | { type: 'add-node'; node: LoopNode; index?: number }
  | { type: 'remove-node'; id: string }
  | { type: 'move-node'; id: string; position: LoopNode['position'] }
  | { type: 'label-node'; id: string; label: string }
  | { type: 'set-settings'; id: string; settings: Record<string, unknown> }
  | { type: 'add-edge'; edge: LoopEdge; index?: number }
  | { type: 'remove-edge'; id: string }
  | { type: 'rename-loop'; name: string }
  | { type: 'set-aims'; aims: LoopAims }
  | { type: 'replace'; nodes: LoopNode[]; edges: LoopEdge[]; name: string };

/** What the loop as a whole is for: who leaves it on the way, and what goes before other loops. */
export type LoopAims = Pick<Loop, 'goals' | 'exits' | 'priority'>;

const aimsOf = ({ goals, exits, priority }: Loop): LoopAims => ({ goals, exits, priority });

/** Aims that are not set are not in the document either. */
function withAims(document: Loop, aims: LoopAims): Loop {
  const { goals: _goals, exits: _exits, priority: _priority, ...rest } = document;
  const set = Object.entries(aims).filter(([, value]) =>
    Array.isArray(value) ? value.length > 0 : value !== undefined,
  );
  return { ...rest, ...(Object.fromEntries(set) as LoopAims) };
}

const insert = <T>(list: readonly T[], item: T, index = list.length): T[] => list.toSpliced(index, 0, item);

const mapNode = (document: Loop, id: string, change: (node: LoopNode) => LoopNode): Loop => ({
  ...document,
  nodes: document.nodes.map((node) => (node.id === id ? change(node) : node)),
});

function applyChange(document: Loop, change: Change): Loop {
  switch (change.type) {
    case 'add-node':
      return { ...document, nodes: insert(document.nodes, change.node, change.index) };
    case 'remove-node':
      return { ...document, nodes: document.nodes.filter((node) => node.id !== change.id) };
    case 'move-node':
      return mapNode(document, change.id, (node) => ({ ...node, position: change.position }));
    case 'label-node':
      return mapNode(document, change.id, (node) => ({ ...node, data: { ...node.data, label: change.label } }));
    case 'set-settings':
      return mapNode(document, change.id, (node) => ({ ...node, data: { ...node.data, settings: change.settings } }));
    case 'add-edge':
      return { ...document, edges: insert(document.edges, change.edge, change.index) };
    case 'remove-edge':
      return { ...document, edges: document.edges.filter((edge) => edge.id !== change.id) };
    case 'rename-loop':
      return { ...document, name: change.name };
    case 'set-aims':
      return withAims(document, change.aims);
    case 'replace':
      return { ...document, nodes: change.nodes, edges: change.edges, name: change.name };
  }
}

/** The change that undoes `change` on this document, or nothing when it would change nothing. */
function invertChange(document: Loop, change: Change): Change | undefined {
  switch (change.type) {
    case 'add-node':
      return { type: 'remove-node', id: change.node.id };
    case 'add-edge':
      return { type: 'remove-edge', id: change.edge.id };
    case 'remove-edge': {
      const index = document.edges.findIndex((edge) => edge.id === change.id);
      const edge = document.edges[index];
      return edge && { type: 'add-edge', edge, index };
    }
    case 'rename-loop':
      return { type: 'rename-loop', name: document.name };
    case 'set-aims':
      return { type: 'set-aims', aims: aimsOf(document) };
    case 'replace':
      return { type: 'replace', nodes: document.nodes, edges: document.edges, name: document.name };
  }
  const index = document.nodes.findIndex((node) => node.id === change.id);
  const node = document.nodes[index];
  if (!node) return undefined;
  switch (change.type) {
    case 'remove-node':
      return { type: 'add-node', node, index };
    case 'move-node':
      return { type: 'move-node', id: node.id, position: node.position };
    case 'label-node':
      return { type: 'label-node', id: node.id, label: node.data.label };
    case 'set-settings':
      return { type: 'set-settings', id: node.id, settings: node.data.settings };
  }
}

export const applyChanges = (document: Loop, changes: readonly Change[]): Loop => changes.reduce(applyChange, document);

/** The changes that lead back from `applyChanges(document, changes)` to `document`. */
export function invertChanges(document: Loop, changes: readonly Change[]): Change[] {
  const inverse: Change[] = [];
  let current = document;
  for (const change of changes) {
    const back = invertChange(current, change);
    if (back) inverse.unshift(back);
    current = applyChange(current, change);
  }
  return inverse;
}
