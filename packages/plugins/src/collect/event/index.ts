import { eventField, propertyField, ruleField, source, z } from '@osicam/engine/plugin';
import { eventRuleProblems } from '../../event-rule.ts';
import { reentryFields, toReentry } from '../../reentry.ts';

export const event = source({
  type: 'collect/event',
  stage: 'collect',
  title: 'When something happens',
  description: 'Lets a customer into the loop at the moment of an event, as an order or a complaint.',
  settings: z.object({
    event: eventField().meta({ title: 'Event', description: 'What has to happen.' }),
    where: ruleField()
      .optional()
      .meta({ title: 'Only where', description: 'Conditions on the event itself, as an amount above 100.' }),
    key: propertyField().optional().meta({
      title: 'One for each',
      description:
        'A property of the event, as "cart": a customer is in the loop once for each value of it, so several carts go through at once.',
      unset: 'once, whatever the event says',
    }),
    ...reentryFields('always'),
  }),
  check: ({ where }) => eventRuleProblems(where, ['where']),
  entry: ({ event, where, key, ...reentry }) => ({ on: 'event', event, where, key, again: toReentry(reentry) }),
});
