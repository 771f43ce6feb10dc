import type { Loop } from '../loop/index.ts';

/** A loop from `id: type` lines and `from.port -> to` arrows. */
export function drawLoop(
  id: string,
  nodes: Record<string, [type: string, settings?: Record<string, unknown>]>,
  arrows: string,
): Loop {
  return {
    format: 'osicam/loop@1',
    id,
    name: id,
    nodes: Object.entries(nodes).map(([node, [type, settings = {}]], i) => ({
      id: node,
      type,
      position: { x: i * 200, y: 0 },
      data: { label: '', settings },
    })),
    edges: arrows
      .split('\n')
      .map((line) => /^\s*([\w-]+)\.(.+?) -> ([\w-]+)\s*$/.exec(line))
      .filter((match) => match !== null)
      .map(([, source, sourceHandle, target], i) => ({
        id: `e${i}`,
        source: source as string,
        sourceHandle: sourceHandle as string,
        target: target as string,
      })),
  };
}
