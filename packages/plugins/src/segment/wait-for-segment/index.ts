import { addDuration, calendarDurationField, choiceField, segmentField, wait, z } from '@osicam/engine/plugin';

export const waitForSegment = wait({
  type: 'segment/wait-for-segment',
  stage: 'segment',
  title: 'Wait for a segment',
  description:
    'Holds each customer until it comes into a named segment, or out of one, or until time is up. Who is in (or out) already goes on at once.',
  settings: z.object({
    segment: segmentField().meta({ title: 'Segment', description: 'What is waited for.' }),
    when: choiceField({ entered: 'is in it', left: 'is not in it' }).default('entered').meta({
      title: 'Until the customer',
      description:
        "It is looked at whenever something becomes known of the customer and whenever a time in the segment's rule runs out, not every so often.",
    }),
    timeout: calendarDurationField().default('P30D').meta({
      title: 'At most',
      description: 'After this long the customer leaves by "Time is up".',
    }),
  }),
  ports: [
    { id: 'done', title: 'In the segment, or out of it' },
    { id: 'timeout', title: 'Time is up' },
  ],
  passes: true,
  wait: ({ now, settings, zone }) => ({
    until: { at: addDuration(now, settings.timeout, zone), port: 'timeout' },
    segments: [{ segment: settings.segment, when: settings.when, port: 'done' }],
  }),
});
