import { nextInWindow, timeField, wait, weekdays, weekdaysField, z } from '@osicam/engine/plugin';
import { byZone, whoseZone } from '../../whose-zone.ts';

export const timeWindow = wait({
  type: 'flow/time-window',
  stage: 'flow',
  title: 'Time window',
  description:
    'Lets customers through only at some times of the week, as office hours. Who comes while it is open goes on at once; the others are held until it opens.',
  settings: z.object({
    days: weekdaysField()
      .default(weekdays.slice(0, 5))
      .meta({ title: 'Opens on', description: 'The days of the week on which it opens.' }),
    from: timeField().default('09:00').meta({ title: 'From', description: 'The local time at which it opens.' }),
    to: timeField().default('17:00').meta({
      title: 'To',
      description:
        'The local time at which it closes. If that is not later than it opens, it closes on the next day, as from 20:00 to 06:00.',
    }),
    zone: whoseZone(),
  }),
  passes: true,
  wait: ({ now }) => ({ until: { at: now, port: 'done' } }),
  due: (context) => byZone(context, (zone) => ({ at: nextInWindow(context.now, context.settings, zone) })),
});
