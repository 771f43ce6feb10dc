import fc from 'fast-check';
import { expect, test } from 'vitest';
import { initialTransition, transition } from 'xstate';
import type { Loop } from '../loop/index.ts';
import { LoopError } from '../loop/index.ts';
import { definePlugin, Registry, router, source, wait, z } from '../plugin/index.ts';
import { checkLoop, compile, ended, enter, leave, step, toMachine } from './index.ts';

const ways = z.object({ ways: z.number().int().min(1).max(4).default(1) });
const registry = new Registry([
  definePlugin({
    name: 'shapes',
    nodes: [
      source({
        type: 'shape/in',
        stage: 'collect',
        title: 'In',
        description: '',
        settings: z.object({}),
        entry: () => ({ on: 'records' }),
      }),
      router({
        type: 'shape/fork',
        stage: 'segment',
        title: 'Fork',
        description: '',
        settings: ways,
        ports: (settings) => Array.from({ length: settings.ways }, (_, i) => ({ id: `way ${i}` })),
        route: () => ({ by: 'rules', cases: [], otherwise: 'way 0' }),
      }),
      wait({
        type: 'shape/wait',
        stage: 'flow',
        title: 'Wait',
        description: '',
        settings: z.object({}),
        wait: () => ({}),
      }),
      wait({
        type: 'shape/window',
        stage: 'flow',
        title: 'Window',
        description: '',
        settings: z.object({ open: z.boolean().default(true) }),
        passes: ({ open }) => open,
        wait: () => ({}),
      }),
      router({
        type: 'shape/end',
        stage: 'flow',
        title: 'End',
        description: '',
        settings: z.object({}),
        ports: [{ id: 'ended', terminal: true }],
        route: () => ({ by: 'rules', cases: [], otherwise: 'ended' }),
      }),
    ],
  }),
]);

const node = (id: string, type: string, settings = {}) => ({
  id,
  type,
  position: { x: 0, y: 0 },
  data: { label: '', settings },
});

/** Loops of any shape that the linter accepts: forks and waits that lead anywhere, cycles through a wait included. */
const loops = fc
  .array(
    fc.record({
      waits: fc.boolean(),
      ways: fc.integer({ min: 1, max: 4 }),
      to: fc.array(fc.nat(), { minLength: 4, maxLength: 4 }),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((shapes): Loop => {
    const ids = shapes.map((_, i) => `n${i}`);
    const nodes = [node('in', 'shape/in'), node('end', 'shape/end')];
    const edges: Loop['edges'] = [{ id: 'in', source: 'in', sourceHandle: 'entered', target: 'n0' }];
    shapes.forEach((shape, i) => {
      nodes.push(shape.waits ? node(`n${i}`, 'shape/wait') : node(`n${i}`, 'shape/fork', { ways: shape.ways }));
      const ports = shape.waits ? ['done'] : Array.from({ length: shape.ways }, (_, way) => `way ${way}`);
      ports.forEach((port, way) => {
        const target = [...ids, 'end'][(shape.to[way] as number) % (ids.length + 1)] as string;
        edges.push({ id: `e${i}-${way}`, source: `n${i}`, sourceHandle: port, target });
      });
    });
    return { format: 'osicam/loop@1', id: 'any', name: 'Any', nodes, edges };
  });

const accepted = (loop: Loop) =>
  checkLoop(loop, registry).problems.every(({ level, code }) => level === 'warning' || code === 'unreachable');
const withoutUnreachable = (loop: Loop): Loop => {
  const lost = new Set(
    checkLoop(loop, registry)
      .problems.filter(({ code }) => code === 'unreachable')
      .map((problem) => problem.node),
  );
  return {
    ...loop,
    nodes: loop.nodes.filter(({ id }) => !lost.has(id)),
    edges: loop.edges.filter((edge) => !lost.has(edge.source) && !lost.has(edge.target)),
  };
};

test('the table and the XState machine walk side by side through any loop', () => {
  let walked = 0;
  let turned = 0;
  fc.assert(
    fc.property(loops, fc.array(fc.nat(), { minLength: 30, maxLength: 30 }), (any, choices) => {
      fc.pre(accepted(any));
      const loop = withoutUnreachable(any);
      const compiled = compile(loop, registry);
      const machine = toMachine(checkLoop(loop, registry));
      let [snapshot] = initialTransition(machine);
      [snapshot] = transition(machine, snapshot, enter('in'));
      let state = { node: 'in' as string | undefined, step: 0, turn: 1 };
      for (const choice of choices) {
        if (state.node === undefined) break;
        const ports = compiled.nodes.get(state.node)?.ports ?? [];
        const port = ports[choice % ports.length]?.id as string;
        const [next, actions] = transition(machine, snapshot, leave(port));
        const mine = step(compiled, state, port);
        expect(next.value).toBe(mine.state.node ?? ended);
        expect(next.context).toEqual({ step: mine.state.step, turn: mine.state.turn });
        expect(actions.map(({ type, params }) => ({ type, params }))).toEqual(mine.effects);
        [snapshot, state] = [next, mine.state];
        walked++;
      }
      if (state.turn > 1) turned++;
    }),
    { numRuns: 300 },
  );
  expect(walked).toBeGreaterThan(500);
  expect(turned).toBeGreaterThan(5);
});

test('a loop with errors is not compiled, and says all of them', () => {
  const loop: Loop = {
    format: 'osicam/loop@1',
    id: 'broken',
    name: 'Broken',
    nodes: [
      node('in', 'shape/in'),
      node('a', 'shape/fork', { ways: 2 }),
      node('b', 'nobody/knows'),
      node('c', 'shape/fork', { ways: 'two' }),
    ],
    edges: [
      { id: '1', source: 'in', sourceHandle: 'entered', target: 'a' },
      { id: '2', source: 'a', sourceHandle: 'way 0', target: 'a' },
    ],
  };
  const thrown = (() => {
    try {
      compile(loop, registry);
    } catch (error) {
      return error;
    }
  })() as LoopError;
  expect(thrown).toBeInstanceOf(LoopError);
  const codes = thrown.problems.map(({ code, node: at, path }) => `${code} ${at ?? ''} ${path}`);
  expect(codes).toContain('unknown-node-type b nodes[2].type');
  expect(codes).toContain('settings c nodes[3].data.settings.ways');
  expect(codes).toContain('port-without-edge a nodes[1]');
  expect(codes).toContain('cycle-without-wait a nodes[1]');
});

test('a wait that may let customers pass at once does not make a cycle safe', () => {
  const round = (type: string, settings = {}): Loop => ({
    format: 'osicam/loop@1',
    id: 'round',
    name: 'Round',
    nodes: [node('in', 'shape/in'), node('a', 'shape/fork'), node('b', type, settings)],
    edges: [
      { id: '1', source: 'in', sourceHandle: 'entered', target: 'a' },
      { id: '2', source: 'a', sourceHandle: 'way 0', target: 'b' },
      { id: '3', source: 'b', sourceHandle: 'done', target: 'a' },
    ],
  });
  const errors = (loop: Loop) =>
    checkLoop(loop, registry).problems.flatMap(({ level, code }) => (level === 'error' ? [code] : []));
  expect(errors(round('shape/wait'))).toEqual([]);
  expect(errors(round('shape/window'))).toEqual(['cycle-without-wait']);
  expect(errors(round('shape/window', { open: false }))).toEqual([]);
});

test('a turn begins where the cycle is entered, and not in a smaller cycle inside', () => {
  const loop: Loop = {
    format: 'osicam/loop@1',
    id: 'nested',
    name: 'Nested',
    nodes: [
      node('in', 'shape/in'),
      node('head', 'shape/fork'),
      node('retry', 'shape/wait'),
      node('again', 'shape/fork', { ways: 2 }),
    ],
    edges: [
      { id: '1', source: 'in', sourceHandle: 'entered', target: 'head' },
      { id: '2', source: 'head', sourceHandle: 'way 0', target: 'retry' },
      { id: '3', source: 'retry', sourceHandle: 'done', target: 'again' },
      { id: '4', source: 'again', sourceHandle: 'way 0', target: 'retry' },
      { id: '5', source: 'again', sourceHandle: 'way 1', target: 'head' },
    ],
  };
  const compiled = compile(loop, registry);
  expect(compiled.nodes.get('again')?.targets).toEqual([
    { node: 'retry', newTurn: false },
    { node: 'head', newTurn: true },
  ]);
  expect([...compiled.nodes.keys()]).toEqual(['in', 'head', 'retry', 'again']);
});

test('a loop of a thousand nodes compiles', () => {
  const nodes = [
    node('in', 'shape/in'),
    ...Array.from({ length: 1000 }, (_, i) => node(`n${i}`, 'shape/fork')),
    node('end', 'shape/end'),
  ];
  const edges = nodes.slice(0, -1).map((each, i) => ({
    id: `${i}`,
    source: each.id,
    sourceHandle: i === 0 ? 'entered' : 'way 0',
    target: nodes[i + 1]?.id as string,
  }));
  expect(compile({ format: 'osicam/loop@1', id: 'long', name: 'Long', nodes, edges }, registry).nodes.size).toBe(1002);
});
