import type { Reentry } from '@osicam/engine/plugin';
import { durationField, z } from '@osicam/engine/plugin';
import { parseDuration } from '@osicam/engine/rule';

const ways = ['never', 'after', 'always'] as const;

/** The settings of an entry that say whether somebody who has left the loop may come again. */
export const reentryFields = (unlessTold: (typeof ways)[number]) => ({
  again: z.enum(ways).default(unlessTold).meta({
    title: 'Enter again',
    description:
      'Whether a customer who has left the loop may enter once more: never, some time after it last entered, or always. Who is in it never enters twice.',
  }),
  after: durationField().default('P30D').meta({
    title: 'Not before',
    description: 'With "after": how long after it last entered a customer may enter again, as P30D.',
  }),
});

export const toReentry = ({ again, after }: { again: (typeof ways)[number]; after: string }): Reentry =>
  again === 'after' ? { after: parseDuration(after) } : again;
