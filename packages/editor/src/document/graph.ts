import { components, type Loop, type LoopNode } from '@osicam/engine/loop';

export const nodeSize = { width: 224, height: 104 } as const;

/** Which side of a node its parts are drawn on, so that an edge leaves towards where it goes, all round a loop. */
export interface Sides {
  in: 'left' | 'right' | 'top' | 'bottom';
  /** By port; one that leads nowhere yet is drawn on `out`. */
  ports: Readonly<Record<string, 'left' | 'right'>>;
  out: 'left' | 'right';
}

/** Two nodes nearly above one another keep the usual sides; a few pixels must not flip them. */
const slack = nodeSize.width / 2;

export function sides(document: Loop): ReadonlyMap<string, Sides> {
  const position = new Map(document.nodes.map((node) => [node.id, node.position]));
  const out = new Map(document.nodes.map((node) => [node.id, outSides(document, node, position)]));
  return new Map(
    document.nodes.map((node) => {
      const own = out.get(node.id) ?? { ports: {}, out: 'right' };
      const from = document.edges.flatMap((edge) => {
        const at = edge.target === node.id && edge.source !== node.id ? position.get(edge.source) : undefined;
        if (!at) return [];
        const leaves = out.get(edge.source)?.ports[edge.sourceHandle] ?? 'right';
        return [{ x: at.x - node.position.x, y: at.y - node.position.y, leaves }];
      });
      return [node.id, { ...own, in: from.length > 0 ? inSide(from) : opposite(own.out) }];
    }),
  );
}

function outSides(document: Loop, node: LoopNode, position: ReadonlyMap<string, { x: number }>): Omit<Sides, 'in'> {
  const leaving = document.edges
    .filter((edge) => edge.source === node.id)
    .map((edge) => ({
      port: edge.sourceHandle,
      x: (position.get(edge.target)?.x ?? node.position.x) - node.position.x,
    }));
  const leftwards = leaving.filter(({ x }) => x < -slack).length;
  const out = leftwards > leaving.filter(({ x }) => x > slack).length ? 'left' : 'right';
  const side = (x: number) => (x < -slack ? 'left' : x > slack ? 'right' : out);
  return { out, ports: Object.fromEntries(leaving.map(({ port, x }) => [port, side(x)])) };
}

/** From above or below where those before stand there; beside them on the side that their edges leave by. */
function inSide(from: readonly { x: number; y: number; leaves: 'left' | 'right' }[]): Sides['in'] {
  const x = mean(from.map((at) => at.x));
  const y = mean(from.map((at) => at.y));
  if (Math.abs(x) <= slack)
    return from.filter(({ leaves }) => leaves === 'left').length * 2 > from.length ? 'left' : 'right';
  if (Math.abs(y) > Math.abs(x) * 1.6) return y < 0 ? 'top' : 'bottom';
  return x < 0 ? 'left' : 'right';
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
