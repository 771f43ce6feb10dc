import type { Customer } from '@osicam/engine/plugin';
import { z } from '@osicam/engine/plugin';

/** What a channel to a customer asks about consent. */
export const consentFields = (consent: 'given' | 'notRefused' | 'notNeeded') => ({
  purpose: z
    .string()
    .min(1)
    .max(100)
    .default('marketing')
    .meta({ title: 'Purpose', description: 'What the customer is contacted for, as consents name it.' }),
  consent: z.enum(['given', 'notRefused', 'notNeeded']).default(consent).meta({
    title: 'Consent',
    description:
      'given: only those who agreed to this purpose. notRefused: all but those who refused. notNeeded: everybody, for what a contract requires.',
  }),
});

/** Why this customer must not be contacted, or undefined. */
export function withheld(
  customer: Customer,
  channel: string,
  { purpose, consent }: { purpose: string; consent: 'given' | 'notRefused' | 'notNeeded' },
): string | undefined {
  if (consent === 'notNeeded') return undefined;
  const standing = customer.consents.find((one) => one.channel === channel && one.purpose === purpose);
  if (standing?.granted === false) return `refused ${purpose} by ${channel}`;
  return consent === 'given' && !standing ? `no consent to ${purpose} by ${channel}` : undefined;
}

export const costField = () =>
  z.number().int().nonnegative().default(0).meta({
    title: 'Cost',
    description: 'What one contact costs, in minor units of the currency, as 5 for five cents.',
  });
