import { cronField, ruleField, source, z, zoneField } from '@osicam/engine/plugin';
import { reentryFields, toReentry } from '../../reentry.ts';

export const schedule = source({
  type: 'collect/schedule',
  stage: 'collect',
  title: 'At set times',
  description: 'Lets everybody of a segment into the loop whenever the time has come, as every Monday at eight.',
  settings: z.object({
    cron: cronField().default('0 8 * * 1').meta({
      title: 'When',
      description: 'Whoever is meant below enters whenever this time has come.',
    }),
    zone: zoneField().optional().meta({
      title: 'Time zone',
      description: 'Whose clock counts.',
      unset: 'that of this installation',
    }),
    who: ruleField().optional().meta({ title: 'Who', description: 'Who enters.' }),
    ...reentryFields('always'),
  }),
  entry: ({ cron, zone, who, ...reentry }) => ({ on: 'schedule', cron, zone, who, again: toReentry(reentry) }),
});
