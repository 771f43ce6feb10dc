import type { Reentry } from '@osicam/engine/plugin';
import { choiceField, durationField } from '@osicam/engine/plugin';
import { parseDuration } from '@osicam/engine/rule';

const ways = { always: 'always', after: 'some time later', never: 'never' } as const;

/** The settings of an entry that say whether somebody who has left the loop may come again. */
export const reentryFields = (unlessTold: keyof typeof ways) => ({
  again: choiceField(ways).default(unlessTold).meta({
    title: 'Enter again',
    description:
      'Whether a customer who has left the loop may enter once more. Who is in it does not enter a second time.',
  }),
  after: durationField()
    .default('P30D')
    .meta({
      title: 'Not before',
      description: 'How long after it last entered a customer may enter again.',
      onlyWith: { again: ['after'] },
    }),
});

export const toReentry = ({ again, after }: { again: keyof typeof ways; after: string }): Reentry =>
  again === 'after' ? { after: parseDuration(after) } : again;
