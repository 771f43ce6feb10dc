import { router, source, wait, z } from '../plugin/index.ts';
import type { Entry, Reentry } from '../plugin/index.ts';
import { described } from './test-nodes.ts';

/** Ways in, and a wait, that the tests of entries draw with. */
const again = z.custom<Reentry>().default('always');
const rule = z.custom<{ combinator: 'and' | 'or'; rules: [] }>().optional();

const way = <S extends z.ZodObject>(type: string, settings: S, entry: (settings: z.output<S>) => Entry) =>
  source({ type, stage: 'collect', ...described(type), settings, entry });

export const onEvent = way(
  't/event',
  z.object({ event: z.string(), key: z.string().optional(), where: rule, again }),
  (settings) => ({ on: 'event', ...settings }),
);
export const onSegment = way(
  't/segment',
  z.object({ segment: z.string(), when: z.enum(['entered', 'left']).default('entered'), again }),
  (settings) => ({ on: 'segment', ...settings }),
);
export const onSchedule = way(
  't/schedule',
  z.object({ cron: z.string(), zone: z.string().optional(), who: rule, again }),
  (settings) => ({ on: 'schedule', ...settings }),
);
export const onCall = way('t/call', z.object({ again }), (settings) => ({ on: 'call', ...settings }));

export const untilAnswer = wait({
  type: 't/answer',
  stage: 'collect',
  ...described('Answer'),
  settings: z.object({ event: z.string().default('answer'), days: z.number().default(1000) }),
  ports: [{ id: 'yes' }, { id: 'timeout' }],
  wait: ({ settings, now }) => ({
    until: { at: now + settings.days * 86_400_000, port: 'timeout' },
    events: [{ type: settings.event, port: 'yes' }],
  }),
});

/** Everybody goes on at once. */
export const pass = router({
  type: 't/pass',
  stage: 'flow',
  ...described('Pass'),
  settings: z.object({}),
  ports: [{ id: 'done' }],
  route: () => ({ by: 'rules', cases: [], otherwise: 'done' }),
});
