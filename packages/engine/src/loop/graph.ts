import type { Loop, LoopEdge } from './loop.ts';

/** Edges by the node they leave, in the document's order. */
export function edgesFrom(loop: Loop): Map<string, LoopEdge[]> {
  const from = new Map<string, LoopEdge[]>(loop.nodes.map((node) => [node.id, []]));
  for (const edge of loop.edges) from.get(edge.source)?.push(edge);
  return from;
}

/** The nodes that can be reached from these, themselves included. */
export function reachableFrom(loop: Loop, starts: readonly string[]): Set<string> {
  const from = edgesFrom(loop);
  const reached = new Set(starts);
  const open = [...starts];
  for (let id = open.pop(); id !== undefined; id = open.pop())
    for (const edge of from.get(id) ?? [])
      if (from.has(edge.target) && !reached.has(edge.target)) {
        reached.add(edge.target);
        open.push(edge.target);
      }
  return reached;
}

/**
 * The strongly connected components (Tarjan 1972) in the order that a customer meets them, each with its nodes in the
 * document's order. Written without recursion, so that a loop of any length fits.
 */
export function components(loop: Loop, without: ReadonlySet<string> = new Set()): string[][] {
  const from = edgesFrom(loop);
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const onStack = new Set<string>();
  const stack: string[] = [];
  const found: string[][] = [];
  const place = new Map(loop.nodes.map((node, i) => [node.id, i]));

  for (const root of loop.nodes) {
    if (order.has(root.id) || without.has(root.id)) continue;
    const frames: { id: string; next: number }[] = [];
    const open = (id: string) => {
      order.set(id, order.size);
      low.set(id, order.get(id) as number);
      stack.push(id);
      onStack.add(id);
      frames.push({ id, next: 0 });
    };
    open(root.id);
    for (let frame = frames.at(-1); frame; frame = frames.at(-1)) {
      const edge = from.get(frame.id)?.[frame.next++];
      const { id } = frame;
      if (edge) {
        if (!from.has(edge.target) || without.has(edge.target)) continue;
        if (!order.has(edge.target)) open(edge.target);
        else if (onStack.has(edge.target))
          low.set(id, Math.min(low.get(id) as number, order.get(edge.target) as number));
        continue;
      }
      frames.pop();
      const parent = frames.at(-1);
      if (parent) low.set(parent.id, Math.min(low.get(parent.id) as number, low.get(id) as number));
      if (low.get(id) !== order.get(id)) continue;
      const component: string[] = [];
      for (let member: string | undefined; member !== id; ) {
        member = stack.pop() as string;
        onStack.delete(member);
        component.push(member);
      }
      found.push(component.sort((a, b) => (place.get(a) as number) - (place.get(b) as number)));
    }
  }
  return found.reverse();
}

const isCycle = (loop: Loop, component: readonly string[]) =>
  component.length > 1 || loop.edges.some((edge) => edge.source === component[0] && edge.target === component[0]);

/** Every set of nodes that customers could go round in without ever meeting one of `waits`. */
export function cyclesWithout(loop: Loop, waits: ReadonlySet<string>): string[][] {
  return components(loop, waits).filter((component) => isCycle(loop, component));
}

/**
 * The edges that begin a new turn: those that lead back to where their cycle is entered. A smaller loop inside (write,
 * wait, write again) is not a turn of the whole.
 */
export function turnEdges(loop: Loop, entries: readonly string[]): Set<string> {
  const turning = new Set<string>();
  for (const component of components(loop)) {
    if (!isCycle(loop, component)) continue;
    const inside = new Set(component);
    const heads = new Set(
      loop.edges.filter((edge) => inside.has(edge.target) && !inside.has(edge.source)).map((edge) => edge.target),
    );
    for (const entry of entries) if (inside.has(entry)) heads.add(entry);
    if (heads.size === 0 && component[0] !== undefined) heads.add(component[0]);
    for (const edge of loop.edges) if (inside.has(edge.source) && heads.has(edge.target)) turning.add(edge.id);
  }
  return turning;
}

/** Node ids in the order that a customer meets them; inside a cycle, from where it is entered. */
export function walkOrder(loop: Loop, entries: readonly string[]): string[] {
  const turning = turnEdges(loop, entries);
  const forward: Loop = { ...loop, edges: loop.edges.filter((edge) => !turning.has(edge.id)) };
  return components(forward).flat();
}
