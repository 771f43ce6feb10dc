import { components, type Loop } from '@osicam/engine/loop';

export const nodeSize = { width: 224, height: 104 } as const;

/** Which side of a node its parts are drawn on, so that an edge leaves towards where it goes, all round a loop. */
export interface Sides {
  in: 'left' | 'right' | 'top' | 'bottom';
  out: 'left' | 'right';
}

const usual: Sides = { in: 'left', out: 'right' };
/** Two nodes nearly above one another keep the usual sides; a few pixels must not flip them. */
const slack = nodeSize.width / 2;

export function sides(document: Loop): ReadonlyMap<string, Sides> {
  const position = new Map(document.nodes.map((node) => [node.id, node.position]));
  const result = new Map<string, Sides>();
  for (const node of document.nodes) {
    const vectors = (neighbours: readonly string[]) => {
      const found = neighbours.flatMap((id) => position.get(id) ?? []);
      if (found.length === 0) return undefined;
      return {
        x: mean(found.map((at) => at.x)) - node.position.x,
        y: mean(found.map((at) => at.y)) - node.position.y,
      };
    };
    const to = vectors(document.edges.filter((edge) => edge.source === node.id).map((edge) => edge.target));
    const from = vectors(document.edges.filter((edge) => edge.target === node.id).map((edge) => edge.source));
    const out = to && to.x < -slack ? 'left' : 'right';
    result.set(node.id, { out, in: from ? inSide(from, out) : usual.in === out ? 'right' : opposite(out) });
  }
  return result;
}

function inSide(from: { x: number; y: number }, out: Sides['out']): Sides['in'] {
  if (Math.abs(from.x) <= slack || Math.abs(from.y) > Math.abs(from.x) * 1.6) {
    if (Math.abs(from.y) > nodeSize.height) return from.y < 0 ? 'top' : 'bottom';
    return opposite(out);
  }
  return from.x < 0 ? 'left' : 'right';
}

const opposite = (side: Sides['out']): Sides['out'] => (side === 'left' ? 'right' : 'left');
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The nearest place at or below right of `at` where a new node covers no other. */
export function freePlace(document: Loop, at: { x: number; y: number }): { x: number; y: number } {
  const covered = (x: number, y: number) =>
    document.nodes.some(
      (node) =>
        Math.abs(node.position.x - x) < nodeSize.width + 16 && Math.abs(node.position.y - y) < nodeSize.height + 16,
    );
  for (let ring = 0; ring < 40; ring++)
    for (let step = 0; step <= ring; step++) {
      const x = snap(at.x + step * (nodeSize.width + 40));
      const y = snap(at.y + (ring - step) * (nodeSize.height + 40));
      if (!covered(x, y)) return { x, y };
    }
  return at;
}

export const grid = 12;
export const snap = (value: number): number => Math.round(value / grid) * grid;

/** The nodes on some cycle. */
export const cyclic = (document: Loop): ReadonlySet<string> =>
  new Set([
    ...components(document)
      .filter((component) => component.length > 1)
      .flat(),
    ...document.edges.filter((edge) => edge.source === edge.target).map((edge) => edge.source),
  ]);
