import type { Contact } from '@osicam/engine/plugin';
import { choiceField, z } from '@osicam/engine/plugin';

/** What a channel to a customer asks about consent. */
export const consentFields = (consent: Exclude<Contact['consent'], 'asked'>) => ({
  purpose: z
    .string()
    .min(1)
    .max(100)
    .default('marketing')
    .meta({ title: 'Purpose', description: 'What the customer is contacted for, as consents name it.' }),
  consent: choiceField({
    given: 'only who agreed',
    notRefused: 'all but who refused',
    notNeeded: 'not needed',
  })
    .default(consent)
    .meta({
      title: 'Consent',
      description:
        'Who may be sent it: asked about this purpose at the moment of sending. None is needed for what a contract requires.',
    }),
});

/** What the contact policy goes by when a message of this channel is sent. */
export const contactBy =
  (channel: string) =>
  ({ purpose, consent }: Omit<Contact, 'channel'>): Contact => ({ channel, purpose, consent });

export const costField = () =>
  z.number().int().nonnegative().default(0).meta({
    title: 'Cost',
    description: 'What one contact costs, in minor units of the currency, as 5 for five cents.',
  });
