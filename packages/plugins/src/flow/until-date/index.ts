import type { Due } from '@osicam/engine/plugin';
import {
  aroundDate,
  calendarDurationField,
  choiceField,
  readDate,
  timeField,
  traitField,
  wait,
  z,
  zoneOf,
} from '@osicam/engine/plugin';
import { whoseZone } from '../../whose-zone.ts';

export const untilDate = wait({
  type: 'flow/until-date',
  stage: 'flow',
  title: 'Wait until a date',
  description:
    'Holds each customer until a date of its own, or so long before or after it: the end of a contract, an appointment, a birthday.',
  settings: z.object({
    trait: traitField().default('renewalDate').meta({
      title: 'Date',
      description:
        'The trait that holds it, as 2026-03-31 or 2026-03-31T14:00:00Z (UTC unless it says otherwise). It is read when the customer arrives; what the trait becomes later moves nothing.',
    }),
    offset: calendarDurationField({ orNone: true }).default('P7D').meta({
      title: 'How long',
      description:
        '0 days for the date itself. Hours and minutes count from the very instant of the date, and the time of day below is not used.',
    }),
    direction: choiceField({ before: 'before the date', after: 'after the date' }).default('before').meta({
      title: 'Before or after',
      description: 'Whether it is so long before the date or after it.',
    }),
    time: timeField().default('09:00').meta({
      title: 'At',
      description:
        'The local time on that day. On the night when clocks go forward, a time that is left out is the moment they do; when they go back, a time that comes twice is the first of the two.',
    }),
    yearly: z.boolean().default(false).meta({
      title: 'Every year',
      description:
        'Whether the date comes round every year, as a birthday: then it is the next one, and never past. The 29th of February is the 28th where there is none.',
    }),
    past: choiceField({ leave: 'leaves by a way of its own', continue: 'goes on at once' }).default('leave').meta({
      title: 'If it is over',
      description: 'What becomes of a customer who arrives later than that.',
    }),
    zone: whoseZone(),
  }),
  ports: ({ past }) => [
    { id: 'done', title: 'Its time has come' },
    ...(past === 'leave' ? [{ id: 'past', title: 'It was over' }] : []),
    { id: 'missing', title: 'No date' },
  ],
  passes: true,
  wait: ({ now }) => ({ until: { at: now, port: 'done' } }),
  due: ({ batch, now, settings, zone }) =>
    batch.map((customer): Due => {
      const date = readDate(customer.traits[settings.trait]);
      if (!date) return { port: 'missing' };
      const at = aroundDate(date, settings, settings.zone ?? zoneOf(customer, zone), settings.yearly ? now : undefined);
      return at < now && settings.past === 'leave' ? { port: 'past' } : { at };
    }),
});
