import { z } from '@hono/zod-openapi';
import { mappingFields } from '../../plugin/index.ts';

/** How the other system signs what it sends. */
export const signatureSchemes = ['body', 'standard', 'stripe'] as const;

const headerName = z.string().regex(/^[A-Za-z0-9-]{1,100}$/, 'expected the name of a header, as X-Signature');

/** What becomes of a payload: a mapping whose columns are paths into it. */
export const hookMapping = z
  .strictObject({
    each: z.string().min(1).max(500).optional().openapi({
      description:
        'the path of a list in the payload, of which each item is a record; its paths begin at the item, and those with $. before them at the payload',
    }),
    signature: z
      .strictObject({
        scheme: z.enum(signatureSchemes).openapi({
          description:
            'body: HMAC-SHA256 of the body, in hex or base64, with or without sha256= before it (GitHub, Shopify and most others); standard: Standard Webhooks; stripe: as Stripe signs',
        }),
        header: headerName.optional().openapi({ description: 'where the signature stands; X-Signature unless told' }),
      })
      .optional()
      .openapi({ description: 'checked where the hook has a secret' }),
    ...mappingFields,
    rest: mappingFields.rest.unwrap().default('ignore'),
  })
  .superRefine(({ columns }, context) => {
    const isIdentity = Object.values(columns).some((column) => column !== 'ignore' && column.identity !== undefined);
    if (!isIdentity)
      context.addIssue({
        code: 'custom',
        path: ['columns'],
        message: 'expected a path that is an identity, as { "customer.email": { "identity": "email" } }',
      });
  })
  .openapi('HookMapping');
export type HookMapping = z.output<typeof hookMapping>;
