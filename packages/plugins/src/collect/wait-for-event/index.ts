import {
  addDuration,
  calendarDurationField,
  choiceField,
  eventField,
  portField,
  propertyField,
  ruleField,
  wait,
  z,
} from '@osicam/engine/plugin';
import { sameNames } from '../../ports.ts';
import { eventRuleProblems } from '../../event-rule.ts';

export const waitForEvent = wait({
  type: 'collect/wait-for-event',
  stage: 'collect',
  title: 'Wait for an answer',
  description:
    'Holds each customer until one of several events happens, or until time is up. Whichever comes first decides, and once only: the same event told twice counts once, and what comes after the first finds nobody waiting. Events told of together are taken by their own time, then in the order they were told.',
  settings: z.object({
    events: z
      .array(
        z.object({
          event: eventField().meta({ title: 'Event', description: 'What to wait for.' }),
          where: ruleField().optional().meta({ title: 'Only where', description: 'Conditions on the event itself.' }),
          key: propertyField().optional().meta({
            title: 'Of the same',
            description:
              'In a loop that customers are in several times at once, as once a cart: the property of the event that says which, as "cartId". It makes no difference in others.',
            unset: 'any',
          }),
          port: portField().meta({ title: 'Leaves by', description: 'What this way out is called.' }),
        }),
      )
      .default([{ event: 'reply', port: 'replied' }])
      .meta({ title: 'Events', description: 'Tried in their order; several may lead to the same way out.' }),
    timeout: calendarDurationField().default('P14D').meta({
      title: 'At most',
      description:
        'After this long without such an event the customer leaves by "Time is up". An event that is told of only then comes too late, even if it happened before.',
    }),
    countFrom: choiceField({
      arrival: 'its arrival here',
      turn: 'the beginning of this turn',
      entry: 'its entry into the loop',
    })
      .default('arrival')
      .meta({
        title: 'Count events from',
        description:
          'What happened before that does not count; within a turn, neither does what happened before it last left here. Of several, the earliest counts.',
      }),
    late: choiceField({ counts: 'count as any other', ignored: 'are ignored' }).default('counts').meta({
      title: 'Late events',
      description: 'What becomes known during the wait, but happened before the moment that events are counted from.',
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
  // The event that has ended a wait once would end it again on every way round.
  passes: ({ countFrom }) => countFrom === 'entry',
  wait: ({ now, settings, zone }) => ({
    until: { at: addDuration(now, settings.timeout, zone), port: 'timeout' },
    events: settings.events.map(({ event, where, key, port }) => ({ type: event, where, key, port })),
    since: settings.countFrom,
    late: settings.late,
  }),
});
