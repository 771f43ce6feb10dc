import type { Loop } from '../../packages/engine/src/loop/index.ts';
import type { Random } from './random.ts';

export type Drawn = [type: string, settings?: Record<string, unknown>];

const ports: Record<string, readonly string[]> = {
  'sim/in': ['entered'],
  'sim/on': ['entered'],
  'sim/night': ['entered'],
  'sim/member': ['entered'],
  'sim/rule': ['old', 'young'],
  'sim/share': ['a', 'b'],
  'sim/each': ['even', 'odd'],
  'sim/stamp': ['done'],
  'sim/tell': ['done'],
  'sim/hook': ['sent', 'failed', 'suppressed'],
  'sim/mail': ['sent', 'failed', 'suppressed'],
  'sim/delay': ['done'],
  'sim/until': ['done', 'none'],
  'sim/move': ['moved', 'timeout'],
  'sim/reply': ['yes', 'other', 'timeout'],
  'sim/count': ['done'],
};
const waits = new Set(['sim/delay', 'sim/reply', 'sim/until']);

/** What may happen to a customer in simulated worlds. The first lets into loops, the others end waits. */
export const eventTypes = ['ping', 'answer', 'order'] as const;

/**
 * A loop of three to eight nodes between two entries and an end. Every edge leads forward, but for some that leave a wait,
 * so that every cycle has one.
 */
export function randomLoop(random: Random, id: string): Loop {
  const nodes: Record<string, Drawn> = {
    in: ['sim/in', { again: random.pick(['never', 'always']) }],
    on: [
      'sim/on',
      { event: 'ping', again: random.pick(['never', 'always']), ...(random.chance(0.3) ? { key: 'cart' } : {}) },
    ],
    ...(random.chance(0.2) ? { member: ['sim/member', { again: random.pick(['never', 'always']) }] } : {}),
    ...(random.chance(0.15) ? { night: ['sim/night', { again: random.pick(['never', 'always']) }] } : {}),
  };
  const inner: string[] = [];
  const count = random.between(3, 8);
  for (let i = 0; i < count; i++) {
    const name = `n${i}`;
    nodes[name] = randomNode(random);
    inner.push(name);
  }
  nodes.end = ['sim/end'];

  const arrows: string[] = [];
  const reached = new Set<string>(['in', 'on', 'end', inner[0] as string]);
  const lead = (from: string, port: string, to: string) => {
    arrows.push(`${from}.${port} -> ${to}`);
    reached.add(to);
  };
  lead('in', 'entered', inner[0] as string);
  lead('on', 'entered', random.pick(inner));
  if (nodes.member) lead('member', 'entered', random.pick(inner));
  if (nodes.night) lead('night', 'entered', random.pick(inner));
  for (const [i, name] of inner.entries()) {
    const type = nodes[name]?.[0] as string;
    const later = [...inner.slice(i + 1), 'end'];
    (ports[type] as readonly string[]).forEach((port, p) => {
      // The first port leads to the next node, so that every node can be reached.
      if (p === 0) return lead(name, port, later[0] as string);
      const back = waits.has(type) && random.chance(0.5);
      lead(name, port, back ? random.pick(inner.slice(0, i + 1)) : random.pick(later));
    });
  }
  const last = inner.at(-1) as string;
  // Round and round: the last node, if it waits, leads back to where the loop begins.
  const round = waits.has(nodes[last]?.[0] as string) && random.chance(0.7);
  const drawn = round
    ? arrows.map((arrow) =>
        arrow.startsWith(`${last}.`) && arrow.endsWith('-> end') ? arrow.replace('-> end', `-> ${inner[0]}`) : arrow,
      )
    : arrows;
  if (round && !drawn.some((arrow) => arrow.endsWith('-> end'))) delete nodes.end;
  const loop = toLoop(id, nodes, drawn);
  // Some are for orders: whoever has ordered leaves.
  const goals: Loop['goals'] = random.chance(0.2) ? [{ on: 'event', event: 'order' }] : [];
  const exits: Loop['exits'] = random.chance(0.1) ? [{ on: 'segment', segment: 'inner', when: 'left' }] : [];
  return { ...loop, goals, exits };
}

/** A loop document from its nodes and `from.port -> to` arrows. */
export function toLoop(id: string, nodes: Readonly<Record<string, Drawn>>, arrows: readonly string[]): Loop {
  return {
    format: 'osicam/loop@1',
    id,
    name: id,
    nodes: Object.entries(nodes).map(([node, [type, settings = {}]], i) => ({
      id: node,
      type,
      position: { x: i * 200, y: 0 },
      data: { label: '', settings },
    })),
    edges: arrows.map((arrow, i) => {
      const [from = '', target = ''] = arrow.split(' -> ');
      const dot = from.indexOf('.');
      return { id: `e${i}`, source: from.slice(0, dot), sourceHandle: from.slice(dot + 1), target };
    }),
  };
}

function randomNode(random: Random): Drawn {
  const type = random.weighted({
    'sim/rule': 2,
    'sim/share': 2,
    'sim/each': 1,
    'sim/stamp': 2,
    'sim/tell': 1,
    'sim/hook': 2,
    'sim/mail': 2,
    'sim/delay': 2,
    'sim/until': 1,
    'sim/move': 1,
    'sim/reply': 3,
    'sim/count': 1,
  });
  switch (type) {
    case 'sim/rule':
      return [type, { from: random.between(20, 60) }];
    case 'sim/share':
      return [type, { weight: random.between(1, 9) / 10 }];
    case 'sim/tell':
      // Never what lets into a loop: two loops could let a customer into each other for ever, without a wait.
      return [type, { event: random.pick(['answer', 'order']) }];
    case 'sim/move':
      return [type, { when: random.pick(['entered', 'left']) }];
    case 'sim/until':
      return [type, { hours: random.between(1, 9) }];
    case 'sim/delay':
      return [type, { hours: random.between(1, 60) }];
    case 'sim/reply':
      return [
        type,
        {
          hours: random.between(1, 100),
          since: random.weighted({ arrival: 4, turn: 3, entry: 1 }),
          late: random.pick(['counts', 'ignored']),
          ...(random.chance(0.3) ? { key: 'cart' } : {}),
          event: random.pick(['answer', 'ping']),
        },
      ];
    default:
      return [type];
  }
}
