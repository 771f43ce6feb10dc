import type { Loop, LoopEdge, LoopNode } from '@osicam/engine/loop';
import type { Change } from './changes.ts';
import { edgeId, freeName, nodeId } from './names.ts';

/** Part of a loop, in the loop file's own shape so that a person can paste it into a file, too. */
export interface Fragment {
  format: 'osicam/fragment@1';
  nodes: LoopNode[];
  edges: LoopEdge[];
}

export function copy(document: Loop, ids: ReadonlySet<string>): Fragment {
  return {
    format: 'osicam/fragment@1',
    nodes: document.nodes.filter((node) => ids.has(node.id)),
    edges: document.edges.filter((edge) => ids.has(edge.source) && ids.has(edge.target)),
  };
}

/** Reads a fragment or a whole loop from text; undefined when the text is neither. Nothing in it is trusted but its shape. */
export function readFragment(text: string): Fragment | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(value) || !Array.isArray(value['nodes']) || !Array.isArray(value['edges'])) return undefined;
  if (value['format'] !== 'osicam/fragment@1' && value['format'] !== 'osicam/loop@1') return undefined;
  const nodes = value['nodes'].filter(isNode).map(
    ({ id, type, position, data }): LoopNode => ({
      id,
      type,
      position: { x: position.x, y: position.y },
      data: {
        label: typeof data?.label === 'string' ? data.label : '',
        settings: isRecord(data?.settings) ? data.settings : {},
      },
    }),
  );
  const edges = value['edges']
    .filter(isEdge)
    .map(({ id, source, sourceHandle, target }): LoopEdge => ({ id, source, sourceHandle, target }));
  return { format: 'osicam/fragment@1', nodes, edges };
}

/** Whether the setting of a node type at a path names another node. */
export type IsReference = (type: string, path: readonly (string | number)[]) => boolean;

/** Adds a fragment under new ids, its top left corner at `at`. Settings that name a node of the fragment name its copy. */
export function paste(
  document: Loop,
  fragment: Fragment,
  at: { x: number; y: number },
  isReference: IsReference = () => false,
): { changes: Change[]; ids: string[] } {
  const left = Math.min(...fragment.nodes.map((node) => node.position.x));
  const top = Math.min(...fragment.nodes.map((node) => node.position.y));
  const renamed = new Map<string, string>();
  let grown = document;
  for (const node of fragment.nodes) {
    const id = nodeId(grown, node.type);
    renamed.set(node.id, id);
    grown = { ...grown, nodes: [...grown.nodes, { ...node, id }] };
  }
  const nodes = fragment.nodes.map(
    (node): Change => ({
      type: 'add-node',
      node: {
        ...node,
        id: renamed.get(node.id) ?? node.id,
        position: { x: node.position.x - left + at.x, y: node.position.y - top + at.y },
        data: {
          ...node.data,
          settings: renameIn(node.data.settings, renamed, (path) => isReference(node.type, path)) as Record<
            string,
            unknown
          >,
        },
      },
    }),
  );
  const taken = new Set(document.edges.map((edge) => edge.id));
  const edges = fragment.edges.flatMap((edge): Change[] => {
    const source = renamed.get(edge.source);
    const target = renamed.get(edge.target);
    if (source === undefined || target === undefined) return [];
    const id = freeName(edgeId(source, edge.sourceHandle), taken);
    taken.add(id);
    return [{ type: 'add-edge', edge: { ...edge, id, source, target } }];
  });
  return { changes: [...nodes, ...edges], ids: [...renamed.values()] };
}

function renameIn(
  value: unknown,
  renamed: ReadonlyMap<string, string>,
  isReference: (path: readonly (string | number)[]) => boolean,
  path: readonly (string | number)[] = [],
): unknown {
  if (typeof value === 'string') return isReference(path) ? (renamed.get(value) ?? value) : value;
  if (Array.isArray(value)) return value.map((item, index) => renameIn(item, renamed, isReference, [...path, index]));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, renameIn(item, renamed, isReference, [...path, name])]),
  );
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

type LooseNode = Pick<LoopNode, 'id' | 'type' | 'position'> & { data?: { label?: unknown; settings?: unknown } };

const isNode = (value: unknown): value is LooseNode =>
  isRecord(value) &&
  typeof value['id'] === 'string' &&
  typeof value['type'] === 'string' &&
  isRecord(value['position']) &&
  Number.isFinite(value['position']['x']) &&
  Number.isFinite(value['position']['y']);

const isEdge = (value: unknown): value is LoopEdge =>
  isRecord(value) && ['id', 'source', 'sourceHandle', 'target'].every((key) => typeof value[key] === 'string');
