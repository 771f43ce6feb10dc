import { z } from '@hono/zod-openapi';
import { permissionPolicySchema } from '../../plugin/permission-policy.ts';
import { instant } from './instant.ts';

export type { PermissionPolicy } from '../../plugin/permission-policy.ts';

const name = z.string().trim().min(1).max(100);
const address = z.string().trim().min(3).max(320);

export const permissionPolicyShape = permissionPolicySchema.meta({ id: 'PermissionPolicy' });

/** The document with where the installation is reached and whether it can write to people. */
export const permissionStateShape = z
  .object({
    policy: permissionPolicyShape,
    /** Null where nobody has named it: then mails have no links. */
    publicURL: z.string().nullable(),
    pending: z.int().openapi({ description: 'double opt-ins that wait for their click' }),
  })
  .openapi('PermissionState');
export type PermissionState = z.output<typeof permissionStateShape>;

export const consentTextShape = z
  .object({
    purpose: z.string(),
    version: z.string(),
    content: z.string(),
    at: instant,
    usedAt: instant
      .nullable()
      .openapi({ description: 'when somebody was shown it first; from then on it is never changed' }),
  })
  .openapi('ConsentText');
export type ConsentText = z.output<typeof consentTextShape>;

export const newConsentTextShape = z
  .strictObject({
    purpose: name,
    version: z.string().regex(/^[\w.-]{1,50}$/, 'expected letters, digits, dots, hyphens, as 2026-11'),
    content: z.string().trim().min(1).max(20_000),
  })
  .openapi('NewConsentText');

export const optInRequestShape = z
  .strictObject({
    address: z.email().max(254),
    purposes: z.array(name).min(1).max(20),
    customer: z.int().positive().optional(),
    /** What asked, for the proof. */
    source: z.string().trim().min(1).max(200).optional(),
    language: z.string().max(35).optional(),
  })
  .openapi('OptInRequest');

export const optInAnswerShape = z
  .object({
    outcome: z.enum(['asked', 'limited', 'suppressed']).openapi({
      description:
        'asked: a mail goes out. limited: the address has been sent enough. suppressed: nothing is sent to it',
    }),
  })
  .openapi('OptInAnswer');
export type OptInAnswer = z.output<typeof optInAnswerShape>['outcome'];

export const suppressionReasons = ['bounce', 'complaint', 'erasure', 'manual'] as const;

export const suppressionShape = z
  .object({
    channel: z.string(),
    hash: z.string().openapi({ description: 'a keyed hash of the address: the list holds no address' }),
    reason: z.enum(suppressionReasons),
    at: instant,
    source: z.string(),
  })
  .openapi('Suppression');
export type Suppression = z.output<typeof suppressionShape>;

export const suppressionPageShape = z
  .object({
    suppressions: z.array(suppressionShape),
    next: z.string().nullable(),
    counts: z.array(z.object({ channel: z.string(), reason: z.enum(suppressionReasons), count: z.int() })),
  })
  .openapi('SuppressionPage');
export type SuppressionPage = z.output<typeof suppressionPageShape>;

export const suppressionSearchShape = z.strictObject({ channel: name.default('email'), address });
export const suppressionSearchAnswer = z.object({ suppression: suppressionShape.nullable() });
export const newSuppressionsShape = z
  .strictObject({ channel: name.default('email'), addresses: z.array(address).min(1).max(10_000) })
  .openapi('NewSuppressions');

export const takenReportsShape = z
  .object({
    reports: z.array(
      z.object({
        kind: z.enum(['bounce', 'complaint', 'unsubscribe']),
        outcome: z.enum(['recorded', 'known', 'unknown']),
        type: z.string().optional(),
        customer: z.int().optional(),
      }),
    ),
  })
  .openapi('TakenReports');
export type TakenReport = z.output<typeof takenReportsShape>['reports'][number];
