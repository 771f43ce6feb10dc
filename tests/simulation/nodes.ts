import type { AnyNodeType } from '../../packages/engine/src/plugin/index.ts';
import { channel, report, router, source, wait, writer, z } from '../../packages/engine/src/plugin/index.ts';
import type { RuleGroup } from '../../packages/engine/src/rule/index.ts';

export const hour = 3_600_000;
export const day = 24 * hour;

const said = (title: string) => ({ title, description: title });
const none = z.object({});
const again = z.enum(['never', 'always']).default('never');

const only = (field: string, operator: string, value: string | number): RuleGroup =>
  ({ combinator: 'and', rules: [{ field, operator, value }] }) as RuleGroup;

/** The city whose people are the segment of the simulated world. */
export const inner = 'city 0';
export const segment = { id: 'inner', name: 'Inner city', rule: only('city', '=', inner) };

/** Which port the node `each` chooses. */
export const eachPort = (customer: number): string => (customer % 2 === 0 ? 'even' : 'odd');

/** Who has this trait cannot be handled by the node that it names. */
export const poison = 'poison';
const swallow = (node: string, customers: readonly { traits: Readonly<Record<string, unknown>> }[]) => {
  if (customers.some(({ traits }) => traits[poison] === node)) throw new Error(`cannot swallow this: ${node}`);
};

/**
 * The node types that simulated loops are drawn from: every contract, every kind of route, both kinds of delivery.
 * `pause` is awaited wherever a handler's own code runs, so that other things happen while it does.
 */
export function simulationNodes(pause: (what: string) => Promise<void>): AnyNodeType[] {
  return [
    source({
      type: 'sim/in',
      stage: 'collect',
      ...said('In'),
      settings: z.object({ again }),
      entry: ({ again }) => ({ on: 'records', again }),
    }),
    source({
      type: 'sim/on',
      stage: 'collect',
      ...said('On'),
      settings: z.object({ event: z.string(), again, key: z.string().optional() }),
      entry: ({ event, again, key }) => ({ on: 'event', event, again, ...(key === undefined ? {} : { key }) }),
    }),
    source({
      type: 'sim/night',
      stage: 'collect',
      ...said('Night'),
      settings: z.object({ again }),
      ports: [{ id: 'entered' }],
      entry: ({ again }) => ({ on: 'schedule', cron: '0 3 * * *', again }),
    }),
    source({
      type: 'sim/member',
      stage: 'collect',
      ...said('Member'),
      settings: z.object({ again }),
      ports: [{ id: 'entered' }],
      entry: ({ again }) => ({ on: 'segment', segment: segment.id, when: 'entered', again }),
    }),
    router({
      type: 'sim/end',
      stage: 'flow',
      ...said('End'),
      settings: none,
      ports: [{ id: 'ended', terminal: true }],
      route: () => ({ by: 'rules', cases: [], otherwise: 'ended' }),
    }),
    router({
      type: 'sim/rule',
      stage: 'segment',
      ...said('Rule'),
      settings: z.object({ from: z.number() }),
      ports: [{ id: 'old' }, { id: 'young' }],
      route: ({ from }) => ({
        by: 'rules',
        cases: [{ port: 'old', when: only('age', '>=', from) }],
        otherwise: 'young',
      }),
    }),
    router({
      type: 'sim/share',
      stage: 'flow',
      ...said('Share'),
      settings: z.object({ weight: z.number() }),
      ports: [{ id: 'a' }, { id: 'b' }],
      route: ({ weight }) => ({
        by: 'shares',
        key: 'coin',
        shares: [
          { port: 'a', weight },
          { port: 'b', weight: 1 - weight },
        ],
      }),
    }),
    router({
      type: 'sim/each',
      stage: 'segment',
      ...said('Each'),
      settings: none,
      ports: [{ id: 'even' }, { id: 'odd' }],
      route: () => ({
        by: 'each',
        choose: async ({ batch, read }) => {
          await pause('each');
          swallow('each', batch);
          const known = await read.customers(batch.map(({ id }) => id));
          return batch.map(({ id }) => eachPort(known.get(id)?.id ?? id));
        },
      }),
    }),
    writer({
      type: 'sim/stamp',
      stage: 'aliment',
      ...said('Stamp'),
      settings: none,
      handle: async ({ batch }) => {
        await pause('stamp');
        swallow('stamp', batch);
        return {
          patches: batch.map(({ id, traits }) => ({
            customer: id,
            traits: { stamps: Number(traits.stamps ?? 0) + 1 },
          })),
        };
      },
    }),
    // Tells of something that others may wait for, or that lets the same customer in elsewhere.
    writer({
      type: 'sim/tell',
      stage: 'aliment',
      ...said('Tell'),
      settings: z.object({ event: z.string() }),
      handle: async ({ batch, settings, now }) => {
        await pause('tell');
        swallow('tell', batch);
        return {
          patches: batch.map(({ id }) => ({
            customer: id,
            events: [{ type: settings.event, category: 'contact', time: now, properties: { text: 'yes', told: true } }],
          })),
        };
      },
    }),
    ...(['at-least-once', 'at-most-once'] as const).map((delivery) =>
      channel({
        type: delivery === 'at-least-once' ? 'sim/hook' : 'sim/mail',
        stage: 'interact',
        ...said(delivery),
        settings: none,
        delivery,
        compose: async ({ customer, turn }) => {
          swallow(delivery, [customer]);
          return typeof customer.traits.email === 'string'
            ? { address: customer.traits.email, body: { turn }, cost: 1 }
            : { suppressed: 'no address' };
        },
        connect: () => ({ deliver: async () => ({ status: 'sent' }) }),
      }),
    ),
    wait({
      type: 'sim/delay',
      stage: 'flow',
      ...said('Delay'),
      settings: z.object({ hours: z.number() }),
      wait: ({ settings, now }) => ({ until: { at: now + settings.hours * hour, port: 'done' } }),
    }),
    wait({
      type: 'sim/reply',
      stage: 'collect',
      ...said('Reply'),
      settings: z.object({
        hours: z.number(),
        since: z.enum(['arrival', 'turn', 'entry']).default('arrival'),
        late: z.enum(['counts', 'ignored']).default('counts'),
        key: z.string().optional(),
        event: z.string(),
      }),
      ports: [{ id: 'yes' }, { id: 'other' }, { id: 'timeout' }],
      wait: ({ settings, now }) => ({
        until: { at: now + settings.hours * hour, port: 'timeout' },
        since: settings.since,
        late: settings.late,
        events: [
          {
            type: settings.event,
            where: only('text', '=', 'yes'),
            ...(settings.key === undefined ? {} : { key: settings.key }),
            port: 'yes',
          },
          { type: 'order', port: 'other' },
        ],
      }),
    }),
    wait({
      type: 'sim/move',
      stage: 'collect',
      ...said('Move'),
      settings: z.object({ when: z.enum(['entered', 'left']) }),
      ports: [{ id: 'moved' }, { id: 'timeout' }],
      wait: ({ now, settings: { when } }) => ({
        until: { at: now + 2 * day, port: 'timeout' },
        segments: [{ segment: segment.id, when, port: 'moved' }],
      }),
    }),
    // Each until an instant of its own; some do not wait at all.
    wait({
      type: 'sim/until',
      stage: 'flow',
      ...said('Until'),
      settings: z.object({ hours: z.number() }),
      ports: [{ id: 'done' }, { id: 'none' }],
      wait: ({ now }) => ({ until: { at: now, port: 'done' } }),
      due: async ({ batch, settings, now }) => {
        await pause('until');
        swallow('until', batch);
        return batch.map(({ id }) =>
          id % 7 === 0 ? { port: 'none' } : { at: now + (1 + (id % 5)) * settings.hours * hour },
        );
      },
    }),
    report({
      type: 'sim/count',
      stage: 'measure',
      ...said('Count'),
      settings: none,
      report: async ({ population, turn }) => {
        const nodes = await population.nodes(turn);
        return { figures: { left: Object.fromEntries(nodes.map(({ id, ports }) => [id, ports])) } };
      },
    }),
  ];
}
