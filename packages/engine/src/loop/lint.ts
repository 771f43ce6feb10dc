import { cyclesWithout, reachableFrom } from './graph.ts';
import type { Loop, Stage } from './loop.ts';
import { stages } from './loop.ts';
import type { Problem } from './problem.ts';

/** What the linter must be told of a node, since a loop document knows no node types. `undefined` for an unknown type. */
export interface NodeFacts {
  ports: readonly { id: string; terminal?: boolean }[];
  stage: Stage;
  isEntry: boolean;
  isWait: boolean;
}

const titles: Record<Exclude<Stage, 'flow'>, string> = {
  organize: 'Organize',
  segment: 'Segment',
  interact: 'Interact',
  collect: 'Collect',
  aliment: 'Aliment',
  measure: 'Measure',
};

/** What is wrong with the drawing itself: identities, edges, ports, reachability, cycles, stages. */
export function lintLoop(loop: Loop, factsOf: (nodeId: string) => NodeFacts | undefined): Problem[] {
  const problems: Problem[] = [];
  const index = new Map<string, number>();
  loop.nodes.forEach((node, i) => {
    if (index.has(node.id))
      problems.push({
        level: 'error',
        code: 'duplicate-node',
        node: node.id,
        path: `nodes[${i}].id`,
        message: `the id ${node.id} is already taken by nodes[${index.get(node.id)}]: give one of them another`,
      });
    else index.set(node.id, i);
  });

  const edgeIds = new Set<string>();
  const leaving = new Map<string, string[]>();
  loop.edges.forEach((edge, i) => {
    const at = { level: 'error', edge: edge.id } as const;
    if (edgeIds.has(edge.id))
      problems.push({
        ...at,
        code: 'duplicate-edge',
        path: `edges[${i}].id`,
        message: `the id ${edge.id} is taken by another edge: give one of them another`,
      });
    edgeIds.add(edge.id);
    if (!index.has(edge.target))
      problems.push({
        ...at,
        code: 'unknown-target',
        path: `edges[${i}].target`,
        message: `expected the id of a node, got ${edge.target}: connect the edge or delete it`,
      });
    if (!index.has(edge.source)) {
      problems.push({
        ...at,
        code: 'unknown-source',
        path: `edges[${i}].source`,
        message: `expected the id of a node, got ${edge.source}: connect the edge or delete it`,
      });
      return;
    }
    if (factsOf(edge.target)?.isEntry)
      problems.push({
        ...at,
        code: 'edge-into-entry',
        path: `edges[${i}].target`,
        message: `customers enter the loop at ${edge.target}, so nothing can lead to it: lead the edge to the node after it`,
      });
    const facts = factsOf(edge.source);
    const port = facts?.ports.find((candidate) => candidate.id === edge.sourceHandle);
    if (facts && (!port || port.terminal))
      problems.push({
        ...at,
        code: port ? 'terminal-port' : 'unknown-port',
        path: `edges[${i}].sourceHandle`,
        message: port
          ? `the port ${edge.sourceHandle} of ${edge.source} ends the way, so no edge can leave by it: delete the edge`
          : `expected a port of ${edge.source} (${facts.ports.map((candidate) => candidate.id).join(', ')}), got ${edge.sourceHandle}: connect the edge to one of them or delete it`,
      });
    const key = `${edge.source} ${edge.sourceHandle}`;
    leaving.set(key, [...(leaving.get(key) ?? []), edge.id]);
  });

  loop.nodes.forEach((node, i) => {
    for (const port of factsOf(node.id)?.ports ?? []) {
      const edges = leaving.get(`${node.id} ${port.id}`) ?? [];
      if (edges.length === 0 && !port.terminal)
        problems.push({
          level: 'error',
          code: 'port-without-edge',
          node: node.id,
          path: `nodes[${i}]`,
          message: `nothing leaves ${node.id} by its port ${port.id}: draw an edge from it, to an end if the customer's way is over there`,
        });
      if (edges.length > 1)
        problems.push({
          level: 'error',
          code: 'port-with-two-edges',
          node: node.id,
          edge: edges[1],
          path: `nodes[${i}]`,
          message: `the port ${port.id} of ${node.id} has ${edges.length} edges (${edges.join(', ')}), and takes one: delete the others, or put a split between`,
        });
    }
  });

  const entries = loop.nodes.filter((node) => factsOf(node.id)?.isEntry).map((node) => node.id);
  if (entries.length === 0 && loop.nodes.every((node) => factsOf(node.id)))
    problems.push({
      level: 'error',
      code: 'no-entry',
      path: 'nodes',
      message:
        'no customer can enter this loop: add a node of the Collect stage that brings them in, as collect/file or collect/event',
    });
  else if (entries.length > 0) {
    const reached = reachableFrom(loop, entries);
    for (const [id, i] of index)
      if (!reached.has(id))
        problems.push({
          level: 'error',
          code: 'unreachable',
          node: id,
          path: `nodes[${i}]`,
          message: `no way leads from an entry to ${id}: connect it or delete it`,
        });
  }

  const waits = new Set(loop.nodes.filter((node) => factsOf(node.id)?.isWait ?? true).map((node) => node.id));
  for (const cycle of cyclesWithout(loop, waits))
    problems.push({
      level: 'error',
      code: 'cycle-without-wait',
      node: cycle[0],
      path: `nodes[${index.get(cycle[0] as string)}]`,
      message: `customers would go round ${cycle.join(' → ')} for ever without waiting: put a delay or a wait for an event into the cycle`,
    });

  const present = new Set(loop.nodes.map((node) => factsOf(node.id)?.stage));
  for (const stage of stages)
    if (stage !== 'flow' && !present.has(stage) && loop.nodes.length > 0)
      problems.push({
        level: 'warning',
        code: 'stage-left-out',
        path: 'nodes',
        message: `the loop leaves out the stage ${titles[stage]}: add a node of it if the loop is to close`,
      });
  return problems;
}
