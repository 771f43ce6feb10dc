import { z } from '@hono/zod-openapi';
import type { JsonObject } from '../../plugin/json.ts';

/** Segment's calls, as far as the engine understands them; clients send more, which is let through and left. */
export const callTypes = ['identify', 'track', 'page', 'screen', 'group', 'alias'] as const;
export type CallType = (typeof callTypes)[number];

/** A number beyond 2^53 has lost its last digits by the time it is read: two customers would become one. */
const exact = z.number().refine((value) => !Number.isInteger(value) || Number.isSafeInteger(value), {
  error: 'expected a number that is exact: write one of more than fifteen digits as a text',
});
const id = z.union([z.string(), exact]).transform(String).pipe(z.string().trim().min(1).max(500)).nullish();
const object = z.record(z.string(), z.unknown()).transform((value) => value as JsonObject);
const time = z.iso.datetime({ offset: true }).nullish();

export const callShape = z
  .object({
    messageId: z.string().min(1).max(200).optional(),
    userId: id,
    anonymousId: id,
    previousId: id,
    groupId: id,
    event: z.string().trim().min(1).max(200).optional(),
    name: z.string().max(200).nullish(),
    category: z.string().max(200).nullish(),
    traits: object.nullish(),
    properties: object.nullish(),
    context: z.object({ traits: object.nullish() }).nullish(),
    timestamp: time,
    originalTimestamp: time,
    sentAt: time,
  })
  .openapi('TrackingCall');
export type TrackingCall = z.output<typeof callShape>;

export const batchShape = z
  .object({
    batch: z
      .array(callShape.extend({ type: z.enum(callTypes) }))
      .min(1)
      .max(2500),
    sentAt: time,
  })
  .openapi('TrackingBatch');
