import { expect, test } from 'vitest';
import type { Loop } from '../loop/index.ts';
import { LoopError } from '../loop/index.ts';
import { definePlugin, Registry, router, ruleField, segmentField, source, z } from '../plugin/index.ts';
import { checkLoop, compile } from './index.ts';

const described = { title: 'A', description: 'A.' };
const registry = new Registry([
  definePlugin({
    name: 'shapes',
    nodes: [
      source({
        type: 'shape/in',
        stage: 'collect',
        ...described,
        settings: z.object({ segment: segmentField(), who: ruleField().optional() }),
        entry: ({ segment }) => ({ on: 'segment', segment, when: 'entered' }),
      }),
      router({
        type: 'shape/end',
        stage: 'flow',
        ...described,
        settings: z.object({}),
        ports: [{ id: 'ended', terminal: true }],
        route: () => ({ by: 'rules', cases: [], otherwise: 'ended' }),
      }),
    ],
  }),
]);
const asks = (field: string) => ({ combinator: 'and', rules: [{ field, operator: '=', value: true }] });
const draw = (more: Partial<Loop>, who?: object): Loop => ({
  format: 'osicam/loop@1',
  id: 'loop',
  name: 'Loop',
  nodes: [
    {
      id: 'in',
      type: 'shape/in',
      position: { x: 0, y: 0 },
      data: { label: '', settings: { segment: 'gold', ...(who ? { who } : {}) } },
    },
    { id: 'end', type: 'shape/end', position: { x: 0, y: 0 }, data: { label: '', settings: {} } },
  ],
  edges: [{ id: 'e', source: 'in', sourceHandle: 'entered', target: 'end' }],
  ...more,
});
const errors = (loop: Loop, segments?: string[]) =>
  checkLoop(loop, registry, segments ? { segments: new Set(segments) } : {})
    .problems.filter(({ level }) => level === 'error')
    .map(({ path, message }) => `${path}: ${message}`);

test('the conditions of goals and exits are rules on one event, said where they stand', () => {
  expect(errors(draw({ goals: [{ on: 'event', event: 'order', where: asks('paid') }] }))).toEqual([]);
  const nested = { field: 'order', operator: '=', match: { mode: 'some' }, value: asks('paid') };
  const wrong = draw({
    goals: [{ on: 'event', event: 'order', where: { combinator: 'and', rules: [nested] } }],
    exits: [{ on: 'event', event: 'moved', where: { combinator: 'nor', rules: [] } }],
  });
  expect(errors(wrong)).toEqual([
    'goals[0].where.rules[0].match: a rule within an event cannot count events; move it out of the group',
    'exits[0].where.combinator: expected "and" or "or", got "nor"',
  ]);
});

test('a segment that is not there is told wherever it is named, once it is known which there are', () => {
  const loop = draw(
    { goals: [{ on: 'segment', segment: 'lost', when: 'entered' }] },
    { combinator: 'and', rules: [asks('$segment.rich'), asks('$segment.gold')] },
  );
  expect(errors(loop)).toEqual([]);
  expect(errors(loop, ['gold'])).toEqual([
    'goals[0].segment: there is no segment "lost": create it, or choose another',
    'nodes[0].data.settings.who.rules[0].rules[0].field: there is no segment "rich": create it, or choose another',
  ]);
  expect(errors(loop, [])).toContain(
    'nodes[0].data.settings.segment: there is no segment "gold": create it, or choose another',
  );
  expect(() => compile(loop, registry, { segments: new Set() })).toThrow(LoopError);
});
