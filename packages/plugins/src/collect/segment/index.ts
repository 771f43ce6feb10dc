import { segmentField, source, z } from '@osicam/engine/plugin';
import { reentryFields, toReentry } from '../../reentry.ts';

export const segment = source({
  type: 'collect/segment',
  stage: 'collect',
  title: 'When a segment changes',
  description: 'Lets a customer into the loop at the moment it comes into a named segment, or goes out of it.',
  settings: z.object({
    segment: segmentField().meta({ title: 'Segment', description: 'The id of the segment, as "at-risk".' }),
    when: z.enum(['entered', 'left']).default('entered').meta({
      title: 'When',
      description:
        'entered: as a customer comes into the segment. left: as it goes out of it. Who is in it when the loop is published does not enter for that.',
    }),
    ...reentryFields('always'),
  }),
  entry: ({ segment, when, ...reentry }) => ({ on: 'segment', segment, when, again: toReentry(reentry) }),
});
