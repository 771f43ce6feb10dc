import type { Due } from '../plugin/index.ts';
import { nextTimeOfDay, wait, z, zoneOf } from '../plugin/index.ts';
import { monday } from './test-engine.ts';
import { described } from './test-nodes.ts';

/** Waits that the tests of waits draw with. */
export const day = 86_400_000;

export const delay = wait({
  type: 't/delay',
  stage: 'flow',
  ...described('Delay'),
  settings: z.object({ days: z.number().default(1) }),
  wait: ({ settings, now }) => ({ until: { at: now + settings.days * day, port: 'done' } }),
});

/** Until so many days after the first Monday, by the trait `day`. */
export const untilDay = wait({
  type: 't/until-day',
  stage: 'flow',
  ...described('Until day'),
  settings: z.object({}),
  ports: [{ id: 'done' }, { id: 'missing' }, { id: 'yes' }],
  wait: () => ({ until: { at: 0, port: 'done' }, events: [{ type: 'answer', port: 'yes' }] }),
  due: ({ batch }) =>
    batch.map(({ traits }): Due => {
      if (traits.day === 'poison') throw new Error('no day at all');
      // What a careless plugin might say.
      if (traits.day === 'garbage') return { at: Number.NaN };
      if (traits.day === 'nowhere') return { port: 'nowhere' };
      return typeof traits.day === 'number' ? { at: monday + traits.day * day } : { port: 'missing' };
    }),
});

/** Until a local time of day. */
export const untilTime = wait({
  type: 't/until-time',
  stage: 'flow',
  ...described('Until time'),
  settings: z.object({ time: z.string() }),
  wait: ({ now }) => ({ until: { at: now, port: 'done' } }),
  due: ({ batch, now, settings, zone }) =>
    batch.map((customer) => ({ at: nextTimeOfDay(now, settings.time, zoneOf(customer, zone)) })),
});

export const answer = wait({
  type: 't/answer',
  stage: 'collect',
  ...described('Answer'),
  settings: z.object({
    key: z.string().optional(),
    since: z.enum(['arrival', 'turn', 'entry']).optional(),
    late: z.enum(['counts', 'ignored']).optional(),
  }),
  ports: [{ id: 'yes' }, { id: 'no' }, { id: 'timeout' }],
  wait: ({ settings: { key, since, late }, now }) => ({
    until: { at: now + 7 * day, port: 'timeout' },
    events: [
      { type: 'answer', key, port: 'yes' },
      { type: 'refusal', key, port: 'no' },
    ],
    since,
    late,
  }),
});

export const segment = wait({
  type: 't/wait-segment',
  stage: 'segment',
  ...described('Segment'),
  settings: z.object({ segment: z.string().default('gold'), when: z.enum(['entered', 'left']).default('entered') }),
  ports: [{ id: 'done' }, { id: 'timeout' }],
  wait: ({ settings, now }) => ({
    until: { at: now + 7 * day, port: 'timeout' },
    segments: [{ ...settings, port: 'done' }],
  }),
});

/** Cannot say what it waits for. */
export const broken = wait({
  type: 't/broken',
  stage: 'flow',
  ...described('Broken'),
  settings: z.object({}),
  wait: () => {
    throw new Error('cannot say');
  },
});
