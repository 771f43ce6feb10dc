import { z } from '@hono/zod-openapi';

const sight = (personal: boolean, messages: boolean) =>
  z
    .strictObject({
      personal: z.boolean().openapi({ description: 'sees names, identities, and traits that tell who somebody is' }),
      messages: z.boolean().openapi({ description: 'sees addresses and contents of messages, and what people wrote' }),
    })
    .default({ personal, messages });

/** What each role may see of a person. An administrator sees all. */
export const privacyPolicyShape = z
  .strictObject({ viewer: sight(false, false), operator: sight(true, true) })
  .openapi('PrivacyPolicy');
export type PrivacyPolicy = z.output<typeof privacyPolicyShape>;

export const defaultPrivacyPolicy: PrivacyPolicy = privacyPolicyShape.parse({});
