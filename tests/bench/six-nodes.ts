import type { Loop } from '../../packages/engine/src/loop/index.ts';
import type { RuleGroup } from '../../packages/engine/src/rule/index.ts';
import { drawLoop } from '../../packages/engine/src/runner/draw-loop.ts';

const atRisk: RuleGroup = {
  combinator: 'and',
  rules: [
    { field: 'Contract', operator: '=', value: 'Month-to-month' },
    { field: 'tenure', operator: '<=', value: 36 },
  ],
};
const valuable: RuleGroup = { combinator: 'and', rules: [{ field: 'MonthlyCharges', operator: '>=', value: 80 }] };

const nodes: Parameters<typeof drawLoop>[1] = {
  signup: ['collect/event', { event: 'signup' }],
  risk: ['segment/rules', { cases: [{ port: 'at risk', when: atRisk }], otherwise: 'safe' }],
  test: ['flow/experiment', { holdout: 0.2 }],
  value: ['segment/rules', { cases: [{ port: 'valuable', when: valuable }], otherwise: 'usual' }],
  counted: ['measure/summary'],
  end: ['flow/end'],
};

const edges = `
  signup.entered -> risk
  risk.at risk -> test
  risk.safe -> test
  test.treated -> value
  test.holdout -> value
  value.valuable -> counted
  value.usual -> counted
  counted.done -> end`;

/** Every customer goes through all six nodes, in and out again without a wait. */
export const sixNodes: Loop = drawLoop('six', nodes, edges);

/** The same, but that one node writes to each customer: a handler in JavaScript, a batch at a time. */
export const sixNodesOneWrites: Loop = drawLoop(
  'six-writing',
  { ...nodes, counted: ['aliment/set-traits', { set: [{ trait: 'lastOffer', value: 'stay' }] }] },
  edges,
);
