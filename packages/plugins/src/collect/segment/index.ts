import { choiceField, segmentField, source, z } from '@osicam/engine/plugin';
import { reentryFields, toReentry } from '../../reentry.ts';

export const segment = source({
  type: 'collect/segment',
  stage: 'collect',
  title: 'When a segment changes',
  description: 'Lets a customer into the loop at the moment it comes into a named segment, or goes out of it.',
  settings: z.object({
    segment: segmentField().meta({ title: 'Segment', description: 'Whose coming and going counts.' }),
    when: choiceField({ entered: 'the customer comes into it', left: 'the customer goes out of it' })
      .default('entered')
      .meta({
        title: 'When',
        description: 'Who is in it already when the loop is published does not enter for that.',
      }),
    ...reentryFields('always'),
  }),
  entry: ({ segment, when, ...reentry }) => ({ on: 'segment', segment, when, again: toReentry(reentry) }),
});
