import { router, wait, z } from '../../packages/engine/src/plugin/index.ts';
import { drawLoop } from '../../packages/engine/src/runner/draw-loop.ts';
import { onEvent } from '../../packages/engine/src/runner/test-entries.ts';
import { chunk } from '../../packages/engine/src/runner/parts.ts';

const said = (title: string) => ({ title, description: title });

/** A node that sends everybody on by one port, and one where they rest: nothing but the move is measured. */
export const nodes = [
  onEvent,
  router({
    type: 'b/next',
    stage: 'flow',
    ...said('Next'),
    settings: z.object({}),
    ports: [{ id: 'on' }],
    route: () => ({ by: 'rules', cases: [], otherwise: 'on' }),
  }),
  wait({
    type: 'b/rest',
    stage: 'flow',
    ...said('Rest'),
    settings: z.object({}),
    ports: [{ id: 'done' }],
    wait: ({ now }) => ({ until: { at: now, port: 'done' } }),
  }),
];

/** Whoever goes on begins a turn that is one too many, and stays. */
export const loop = drawLoop(
  'moves',
  { in: ['t/event', { event: 'signup' }], rest: ['b/rest'], next: ['b/next'] },
  'in.entered -> rest\nrest.done -> next\nnext.on -> rest',
);

/** The floor: claim by SKIP LOCKED, move and journal in one statement, with nothing decided and nothing counted. */
export const claimAndMove = `
  WITH claimed AS MATERIALIZED (
    SELECT p.node, p.due, p.customer, p.n, p.step, p.turn FROM position p
    WHERE p.node = ? AND p.due <= ? ORDER BY p.due, p.customer, p.n LIMIT ${chunk.set} FOR UPDATE SKIP LOCKED
  ), gone AS (
    DELETE FROM position p USING claimed c
    WHERE p.node = c.node AND p.due = c.due AND p.customer = c.customer AND p.n = c.n
  ), told AS (
    INSERT INTO journal (customer, n, step, at, turn, path)
    SELECT customer, n, step, CAST(? AS bigint), turn, CAST(? AS bigint) FROM claimed
  )
  INSERT INTO position (node, due, customer, n, step, turn, since, phase)
  SELECT CAST(? AS bigint), CAST(? AS bigint), customer, n, step + 1, turn, CAST(? AS bigint), 0 FROM claimed`;
