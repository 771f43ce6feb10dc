import type { Loop } from '@osicam/engine/loop';
import type { Change } from './changes.ts';
import { edgeId, freeName } from './names.ts';

export interface Connection {
  source: string;
  port: string;
  target: string;
}

/** Connects a port. A port takes one edge, so connecting again replaces the one it had. */
export function connect(document: Loop, { source, port, target }: Connection): Change[] {
  const known = new Set(document.nodes.map((node) => node.id));
  if (!known.has(source) || !known.has(target)) return [];
  const leaving = document.edges.filter((edge) => edge.source === source && edge.sourceHandle === port);
  if (leaving.length === 1 && leaving[0]?.target === target) return [];
  const taken = new Set(document.edges.filter((edge) => !leaving.includes(edge)).map((edge) => edge.id));
  return [
    ...leaving.map((edge): Change => ({ type: 'remove-edge', id: edge.id })),
    {
      type: 'add-edge',
      edge: { id: freeName(edgeId(source, port), taken), source, sourceHandle: port, target },
    },
  ];
}

export const disconnect = (document: Loop, { source, port }: Omit<Connection, 'target'>): Change[] =>
  document.edges
    .filter((edge) => edge.source === source && edge.sourceHandle === port)
    .map((edge) => ({ type: 'remove-edge', id: edge.id }));

/** Puts `node` into the edge: what led to the old target leads to the node, and the node's `port` leads on. */
export function splice(document: Loop, edge: string, node: string, port: string | undefined): Change[] {
  const found = document.edges.find((candidate) => candidate.id === edge);
  if (!found || found.source === node || found.target === node) return [];
  return [
    ...connect(document, { source: found.source, port: found.sourceHandle, target: node }),
    ...(port === undefined ? [] : connect(document, { source: node, port, target: found.target })),
  ];
}
