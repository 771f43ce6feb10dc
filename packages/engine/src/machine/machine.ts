import { assign, createMachine } from 'xstate';
import { turnEdges } from '../loop/index.ts';
import type { CheckedLoop } from './check-loop.ts';

/** Where an enrollment is before it has entered, and where it has come to an end. No node can be called so. */
export const outside = '(outside)';
export const ended = '(ended)';

export const enter = (node: string) => ({ type: `enter.${node}` });
export const leave = (port: string) => ({ type: `port.${port}` });

/**
 * The loop as an XState machine: one flat state a node, one event a port. What a node does is an action object of its
 * state's entry; nothing is invoked or spawned, so a snapshot is three small values. The context counts steps and turns.
 */
export function toMachine(checked: CheckedLoop) {
  const nodes = [...checked.nodes.values()];
  const entries = nodes.filter((node) => node.type.contract === 'source').map((node) => node.id);
  const turning = turnEdges(checked.loop, entries);
  const step = assign({ step: ({ context }: { context: MachineContext }) => context.step + 1 });
  const stepIntoTurn = assign({
    step: ({ context }: { context: MachineContext }) => context.step + 1,
    turn: ({ context }: { context: MachineContext }) => context.turn + 1,
  });

  const states: Record<string, object> = {
    [outside]: { on: Object.fromEntries(entries.map((id) => [enter(id).type, { target: id }])) },
    [ended]: { type: 'final' },
  };
  for (const node of nodes) {
    const on: Record<string, object> = {};
    for (const port of node.ports) {
      const edge = checked.loop.edges.find((each) => each.source === node.id && each.sourceHandle === port.id);
      on[leave(port.id).type] = {
        target: edge?.target ?? ended,
        // A node that leads to itself is left and entered anew.
        reenter: true,
        actions: edge && turning.has(edge.id) ? stepIntoTurn : step,
      };
    }
    states[node.id] = { entry: { type: 'handle', params: { node: node.id, contract: node.type.contract } }, on };
  }
  return createMachine({
    id: checked.loop.id,
    types: {} as { context: MachineContext },
    context: { step: 0, turn: 1 },
    initial: outside,
    states,
  });
}

export interface MachineContext {
  step: number;
  turn: number;
}
