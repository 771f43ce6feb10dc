import type { CompiledLoop, Effect } from './compile.ts';

/** The persisted snapshot of one enrollment. `node` is undefined once it has ended. */
export interface EnrollmentState {
  node: string | undefined;
  step: number;
  turn: number;
}

/** A port that the node does not have. A bug of the node's type, for which the customer is parked. */
export class UnknownPortError extends Error {
  override name = 'UnknownPortError';
}

/** One change of state: pure, and the same that XState would decide. The effects are to be done after the state is saved. */
export function step(
  compiled: CompiledLoop,
  state: EnrollmentState,
  port: string,
): { state: EnrollmentState; effects: readonly Effect[] } {
  const node = state.node === undefined ? undefined : compiled.nodes.get(state.node);
  const index = node?.ports.findIndex((each) => each.id === port) ?? -1;
  const target = node?.targets[index];
  if (!node || !target)
    throw new UnknownPortError(
      `loop ${compiled.loop.id}, node ${state.node ?? '(ended)'}: expected a port of ${node?.ports.map((each) => each.id).join(', ') ?? 'none'}, got ${port}`,
    );
  return {
    state: { node: target.node, step: state.step + 1, turn: state.turn + (target.newTurn ? 1 : 0) },
    effects: target.node === undefined ? [] : (compiled.nodes.get(target.node)?.effects ?? []),
  };
}
