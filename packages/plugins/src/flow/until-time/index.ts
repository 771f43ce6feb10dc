import { nextTimeOfDay, timeField, wait, weekdays, weekdaysField, z } from '@osicam/engine/plugin';
import { byZone, whoseZone } from '../../whose-zone.ts';

export const untilTime = wait({
  type: 'flow/until-time',
  stage: 'flow',
  title: 'Wait until a time of day',
  description: 'Holds each customer until it is so late where it lives, as nine in the morning, or on Monday at nine.',
  settings: z.object({
    time: timeField().default('09:00').meta({
      title: 'At',
      description:
        'The local time. Who arrives at that very instant waits for the next. On the night when clocks go forward, a time that is left out is the moment they do; when they go back, a time that comes twice is the first of the two.',
    }),
    days: weekdaysField()
      .default([...weekdays])
      .meta({ title: 'On', description: 'The days of the week that count.' }),
    zone: whoseZone(),
  }),
  wait: ({ now }) => ({ until: { at: now, port: 'done' } }),
  due: (context) => {
    const { time, days } = context.settings;
    return byZone(context, (zone) => ({ at: nextTimeOfDay(context.now, time, zone, days) }));
  },
});
