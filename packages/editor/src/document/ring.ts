import type { Loop } from '@osicam/engine/loop';
import type { Change } from './changes.ts';
import { cyclic, nodeSize, snap } from './graph.ts';

interface Point {
  x: number;
  y: number;
}

/**
 * Places the nodes of a loop round an ellipse, clockwise from the top left, in layers by their distance from where
 * customers enter. Nodes that share a layer stand side by side across the ring; an end that nothing follows stands
 * outside of it. Undefined when the loop has no cycle: then a ring would say something untrue.
 */
export function ringLayout(document: Loop, rank: (type: string) => number): Change[] | undefined {
  const onCycle = cyclic(document);
  if (onCycle.size === 0) return undefined;
  const layers = layersOf(document, onCycle, rank);
  const widest = Math.max(...layers.map((layer) => layer.length));
  const count = layers.length;
  // Round the ring every layer needs a node's width at the top and bottom, and a node's height at the sides.
  const radiusX = Math.max(420, (count * (nodeSize.width + 70)) / 4.2) + widest * 60;
  const radiusY = Math.max(260, (count * (nodeSize.height + 60)) / 4) + widest * 50;
  const positions = new Map<string, Point>();
  layers.forEach((layer, index) => {
    const angle = -Math.PI * 0.75 + (index / count) * Math.PI * 2;
    layer.forEach((id, place) => {
      const offset = place - (layer.length - 1) / 2;
      const across =
        Math.abs(Math.cos(angle)) * (nodeSize.width + 40) + Math.abs(Math.sin(angle)) * (nodeSize.height + 48);
      positions.set(id, {
        x: Math.cos(angle) * (radiusX + offset * across),
        y: Math.sin(angle) * (radiusY + offset * across),
      });
    });
  });
  placeOutside(document, positions);
  return document.nodes.flatMap((node): Change[] => {
    const at = positions.get(node.id);
    return at ? [{ type: 'move-node', id: node.id, position: { x: snap(at.x), y: snap(at.y) } }] : [];
  });
}

function layersOf(document: Loop, onCycle: ReadonlySet<string>, rank: (type: string) => number): string[][] {
  const targets = new Set(document.edges.map((edge) => edge.target));
  const ordered = document.nodes.toSorted((a, b) => rank(a.type) - rank(b.type));
  const entries = ordered.filter(
    (node) => !targets.has(node.id) && document.edges.some((edge) => edge.source === node.id),
  );
  const starts = (entries.length > 0 ? entries : ordered.slice(0, 1)).map((node) => node.id);
  const forward = withoutBackEdges(document, starts);
  const depth = new Map<string, number>();
  // Longest distance, in an order where every edge leads on: a node stands after all that lead to it.
  for (const id of forward.order) {
    const from = depth.get(id) ?? 0;
    depth.set(id, from);
    for (const target of forward.targets.get(id) ?? []) depth.set(target, Math.max(depth.get(target) ?? 0, from + 1));
  }
  const follows = new Set(document.edges.map((edge) => edge.source));
  const layers: string[][] = [];
  for (const node of document.nodes) {
    if (!onCycle.has(node.id) && !follows.has(node.id)) continue;
    (layers[depth.get(node.id) ?? 0] ??= []).push(node.id);
  }
  return layers.filter((layer) => layer.length > 0);
}

/** Depth first from the starts: what leads back to where one came from closes the ring and is left out. */
function withoutBackEdges(document: Loop, starts: readonly string[]) {
  const next = Map.groupBy(document.edges, (edge) => edge.source);
  const targets = new Map<string, string[]>();
  const order: string[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const visit = (id: string): void => {
    state.set(id, 'open');
    for (const { target } of next.get(id) ?? []) {
      if (state.get(target) === 'open') continue;
      targets.set(id, [...(targets.get(id) ?? []), target]);
      if (!state.has(target)) visit(target);
    }
    state.set(id, 'done');
    order.unshift(id);
  };
  for (const id of [...starts, ...document.nodes.map((node) => node.id)]) if (!state.has(id)) visit(id);
  return { order, targets };
}

function placeOutside(document: Loop, positions: Map<string, Point>): void {
  for (const node of document.nodes) {
    if (positions.has(node.id)) continue;
    const before = document.edges.find((edge) => edge.target === node.id && positions.has(edge.source));
    const from = before && positions.get(before.source);
    if (!from) continue;
    const length = Math.hypot(from.x, from.y) || 1;
    let at = {
      x: from.x + (from.x / length) * (nodeSize.width + 90),
      y: from.y + (from.y / length) * (nodeSize.height + 90),
    };
    while (
      [...positions.values()].some(
        (other) => Math.abs(other.x - at.x) < nodeSize.width && Math.abs(other.y - at.y) < nodeSize.height,
      )
    )
      at = { x: at.x, y: at.y + (from.y < 0 ? -1 : 1) * (nodeSize.height + 40) };
    positions.set(node.id, at);
  }
}
