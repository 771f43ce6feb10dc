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
        'A day is 24 hours. For months and years the calendar of this installation counts: the same local time on the same day of the month, or on its last.',
    }),
  }),
  wait: ({ now, settings, zone }) => ({ until: { at: addDuration(now, settings.for, zone), port: 'done' } }),
});
