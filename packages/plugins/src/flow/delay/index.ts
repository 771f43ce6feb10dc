import { addDuration, calendarDurationField, wait, z } from '@osicam/engine/plugin';

export const delay = wait({
  type: 'flow/delay',
  stage: 'flow',
  title: 'Delay',
  description: 'Holds each customer for a while, counted from its own arrival.',
  settings: z.object({
    for: calendarDurationField().default('P1D').meta({
      title: 'Wait for',
      description:
        'How long, as P1D for a day, P2W for two weeks or PT6H for six hours. A day is 24 hours. With months or years, as P1M, it is the calendar of this installation that counts: the same local time on the same day of the month, or on its last.',
    }),
  }),
  wait: ({ now, settings, zone }) => ({ until: { at: addDuration(now, settings.for, zone), port: 'done' } }),
});
