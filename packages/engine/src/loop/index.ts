/** The drawn loop as data. Safe in a browser. */
export { components, cyclesWithout, edgesFrom, reachableFrom, turnEdges, walkOrder } from './graph.ts';
export type { NodeFacts } from './lint.ts';
export { lintLoop } from './lint.ts';
export type { Category, Happening, Loop, LoopEdge, LoopNode, Stage } from './loop.ts';
export { categories, loopSchema, stages } from './loop.ts';
export { parseLoop, pathText, problemsOf } from './parse.ts';
export type { Problem } from './problem.ts';
export { LoopError } from './problem.ts';
