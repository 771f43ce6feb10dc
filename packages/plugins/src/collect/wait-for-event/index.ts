import { durationField, eventField, portField, ruleField, wait, z } from '@osicam/engine/plugin';
import { parseDuration } from '@osicam/engine/rule';
import { sameNames } from '../../ports.ts';
import { eventRuleProblems } from '../../event-rule.ts';

export const waitForEvent = wait({
  type: 'collect/wait-for-event',
  stage: 'collect',
  title: 'Wait for an answer',
  description:
    'Holds each customer until one of several events happens, or until time is up. Whichever comes first decides.',
  settings: z.object({
    events: z
      .array(
        z.object({
          event: eventField().meta({ title: 'Event', description: 'What to wait for, as "reply".' }),
          where: ruleField().optional().meta({ title: 'Only where', description: 'Conditions on the event itself.' }),
          port: portField().meta({ title: 'Leaves by', description: 'What this way out is called.' }),
        }),
      )
      .default([{ event: 'reply', port: 'replied' }])
      .meta({ title: 'Events', description: 'Tried in their order; several may lead to the same way out.' }),
    timeout: durationField().default('P14D').meta({
      title: 'At most',
      description: 'After this long without such an event, as P14D, the customer leaves by "timeout".',
    }),
    countFrom: z.enum(['arrival', 'turn']).default('arrival').meta({
      title: 'Count events from',
      description:
        'arrival: only what happens while the customer waits here. turn: also what has happened since it began this turn of the loop.',
    }),
  }),
  ports: ({ events }) => [
    ...[...new Set(events.map(({ port }) => port))].map((id) => ({ id })),
    { id: 'timeout', title: 'Time is up' },
  ],
  check: ({ events }) => {
    const named = events.map(({ port }, index) => ({ name: port, path: ['events', index, 'port'] }));
    return [
      ...events.flatMap(({ where }, index) => eventRuleProblems(where, ['events', index, 'where'])),
      ...sameNames([{ name: 'timeout', path: ['timeout'] }, ...named.filter(({ name }) => name === 'timeout')]).slice(
        0,
        1,
      ),
    ];
  },
  wait: ({ now, settings }) => ({
    until: { at: now + parseDuration(settings.timeout), port: 'timeout' },
    events: settings.events.map(({ event, where, port }) => ({ type: event, where, port })),
    since: settings.countFrom,
  }),
});
