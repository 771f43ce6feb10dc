/** From a loop to XState's machine, from the machine to the table that runs a million customers. */
export type { CheckedLoop, CheckedNode, Installed } from './check-loop.ts';
export { checkLoop, validateLoop } from './check-loop.ts';
export { segmentsNamed } from './check-segments.ts';
export type { CompiledLoop, CompiledNode, Effect, Target } from './compile.ts';
export { compile } from './compile.ts';
export { ended, enter, leave, toMachine } from './machine.ts';
export type { EnrollmentState } from './step.ts';
export { step } from './step.ts';
export type { LifeEvent, LifeState } from './loop-life.ts';
export { lifeStates, isClosed, mayHappen, nextLife, standsStill } from './loop-life.ts';
