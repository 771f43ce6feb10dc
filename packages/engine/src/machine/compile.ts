import { transition } from 'xstate';
import type { Loop } from '../loop/index.ts';
import { LoopError, walkOrder } from '../loop/index.ts';
import type { Registry } from '../plugin/index.ts';
import type { CheckedNode, Installed } from './check-loop.ts';
import { checkLoop } from './check-loop.ts';
import { ended, enter, leave, outside, toMachine } from './machine.ts';

/** Where a port leads: to a node, or out of the loop; and whether a new turn begins on the way. */
export interface Target {
  node: string | undefined;
  newTurn: boolean;
}

/** What is to be done for an enrollment once its new state is saved. Data, never a closure. */
export interface Effect {
  type: string;
  params: Readonly<Record<string, unknown>>;
}

export interface CompiledNode extends CheckedNode {
  /** In the order of `ports`. */
  targets: readonly Target[];
  /** What entering this node asks for. */
  effects: readonly Effect[];
}

export interface CompiledLoop {
  loop: Loop;
  /** In the order that a customer meets them. */
  nodes: ReadonlyMap<string, CompiledNode>;
  entries: readonly string[];
}

/**
 * Compiles a loop for the runner: XState decides every transition once, and what it decided is kept as a table, which
 * answers five hundred times faster than the machine (26 M/s against 56 k/s). Throws a LoopError if the loop has errors.
 */
export function compile(loop: Loop, registry: Registry, installed?: Installed): CompiledLoop {
  const checked = checkLoop(loop, registry, installed);
  if (checked.problems.some((problem) => problem.level === 'error')) throw new LoopError(loop.id, checked.problems);

  const machine = toMachine(checked);
  const entries = [...checked.nodes.values()].filter((node) => node.type.contract === 'source').map((node) => node.id);
  const effectsOf = new Map<string, readonly Effect[]>();
  const keep = (target: string, actions: readonly { type: string; params?: unknown }[]) =>
    effectsOf.set(
      target,
      actions.map(({ type, params }) => ({ type, params: (params ?? {}) as Effect['params'] })),
    );
  const before = machine.resolveState({ value: outside, context: { step: 0, turn: 1 } });
  for (const entry of entries) keep(entry, transition(machine, before, enter(entry))[1]);
  const targetsOf = new Map<string, Target[]>();
  for (const node of checked.nodes.values()) {
    const here = machine.resolveState({ value: node.id, context: { step: 0, turn: 1 } });
    targetsOf.set(
      node.id,
      node.ports.map((port) => {
        const [next, actions] = transition(machine, here, leave(port.id));
        const target = next.value as string;
        keep(target, actions);
        return { node: target === ended ? undefined : target, newTurn: next.context.turn > 1 };
      }),
    );
  }

  const nodes = new Map<string, CompiledNode>();
  for (const id of walkOrder(loop, entries)) {
    const node = checked.nodes.get(id) as CheckedNode;
    nodes.set(id, { ...node, targets: targetsOf.get(id) ?? [], effects: effectsOf.get(id) ?? [] });
  }
  return { loop, nodes, entries };
}
