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
      description:
        'A cron expression: minute, hour, day of the month, month, day of the week. "0 8 * * 1" is every Monday at 8:00.',
    }),
    zone: zoneField().optional().meta({
      title: 'Time zone',
      description: 'As Europe/Berlin. Left out: the time zone of this installation.',
    }),
    who: ruleField().optional().meta({ title: 'Who', description: 'Who enters. Left out: every customer.' }),
    ...reentryFields('always'),
  }),
  entry: ({ cron, zone, who, ...reentry }) => ({ on: 'schedule', cron, zone, who, again: toReentry(reentry) }),
});
