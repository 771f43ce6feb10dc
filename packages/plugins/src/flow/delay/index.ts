import { durationField, wait, z } from '@osicam/engine/plugin';
import { parseDuration } from '@osicam/engine/rule';

export const delay = wait({
  type: 'flow/delay',
  stage: 'flow',
  title: 'Delay',
  description: 'Holds each customer for a while, counted from its own arrival.',
  settings: z.object({
    for: durationField()
      .default('P1D')
      .meta({ title: 'Wait for', description: 'How long, as P1D for a day, P2W for two weeks or PT6H for six hours.' }),
  }),
  wait: ({ now, settings }) => ({ until: { at: now + parseDuration(settings.for), port: 'done' } }),
});
