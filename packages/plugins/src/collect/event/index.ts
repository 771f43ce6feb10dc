import { eventField, ruleField, source, z } from '@osicam/engine/plugin';
import { eventRuleProblems } from '../../event-rule.ts';

export const event = source({
  type: 'collect/event',
  stage: 'collect',
  title: 'When something happens',
  description: 'Lets a customer into the loop at the moment of an event, as an order or a complaint.',
  settings: z.object({
    event: eventField().meta({ title: 'Event', description: 'What has to happen, as "order".' }),
    where: ruleField()
      .optional()
      .meta({ title: 'Only where', description: 'Conditions on the event itself, as an amount above 100.' }),
    again: z.boolean().default(true).meta({
      title: 'More than once',
      description: 'Whether a customer may enter again on a later event, once it has left the loop.',
    }),
  }),
  check: ({ where }) => eventRuleProblems(where, ['where']),
  entry: ({ event, where, again }) => ({ on: 'event', event, where, again }),
});
