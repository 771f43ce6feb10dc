import type { Loop, LoopEdge } from '@osicam/engine/loop';
import type { Change } from './changes.ts';
import { edgeId, freeName } from './names.ts';

/**
 * Deletes nodes and edges. Where what is deleted led to one place only, what led to it is led on to there; with two ways
 * out nobody can know which was meant, so the ends stay open and the checks say so.
 */
export function remove(document: Loop, nodes: ReadonlySet<string>, edges: ReadonlySet<string> = new Set()): Change[] {
  const dropped = document.edges.filter(
    (edge) => edges.has(edge.id) || nodes.has(edge.source) || nodes.has(edge.target),
  );
  const taken = new Set(document.edges.filter((edge) => !dropped.includes(edge)).map((edge) => edge.id));
  const healed: LoopEdge[] = [];
  for (const edge of dropped) {
    if (edges.has(edge.id) || nodes.has(edge.source)) continue;
    const target = onlyWayOut(document, edge.target, nodes, edges);
    if (target === undefined || target === edge.source) continue;
    const id = freeName(edgeId(edge.source, edge.sourceHandle), taken);
    taken.add(id);
    healed.push({ ...edge, id, target });
  }
  return [
    ...dropped.map((edge): Change => ({ type: 'remove-edge', id: edge.id })),
    ...[...nodes].map((id): Change => ({ type: 'remove-node', id })),
    ...healed.map((edge): Change => ({ type: 'add-edge', edge })),
  ];
}

function onlyWayOut(
  document: Loop,
  start: string,
  nodes: ReadonlySet<string>,
  edges: ReadonlySet<string>,
): string | undefined {
  const seen = new Set<string>();
  let at = start;
  while (nodes.has(at)) {
    if (seen.has(at)) return undefined;
    seen.add(at);
    const targets = new Set(
      document.edges.filter((edge) => edge.source === at && !edges.has(edge.id)).map((edge) => edge.target),
    );
    const [target] = targets;
    if (targets.size !== 1 || target === undefined) return undefined;
    at = target;
  }
  return at;
}
