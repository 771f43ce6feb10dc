import type { Loop, LoopNode } from '@osicam/engine/loop';

/** A loop from a drawing in text: `a:done>b` is an edge; every node that is named is made, 300 apart from left to right. */
export function draw(...lines: string[]): Loop {
  const nodes = new Map<string, LoopNode>();
  const node = (id: string) => {
    if (!nodes.has(id))
      nodes.set(id, {
        id,
        type: `flow/${id}`,
        position: { x: nodes.size * 300, y: 0 },
        data: { label: '', settings: {} },
      });
  };
  const edges = lines.flatMap((line) => {
    const [from = '', target] = line.split('>');
    const [source = '', port = 'done'] = from.split(':');
    node(source);
    if (target === undefined) return [];
    node(target);
    return [{ id: `${source}:${port}`, source, sourceHandle: port, target }];
  });
  return { format: 'osicam/loop@1', id: 'drawn', name: 'Drawn', nodes: [...nodes.values()], edges };
}

export const edgesOf = (document: Loop): string[] =>
  document.edges.map((edge) => `${edge.source}:${edge.sourceHandle}>${edge.target}`).sort();
