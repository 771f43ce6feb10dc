import { z } from '@hono/zod-openapi';
import type { JsonObject } from '../../plugin/json.ts';

/** Segment's calls, as far as the engine understands them; clients send more, which is let through and left. */
export const callTypes = ['identify', 'track', 'page', 'screen', 'group', 'alias'] as const;
export type CallType = (typeof callTypes)[number];

/** The most that ids and names of events and pages may have, in characters. */
const longestId = 500;
const longestName = 200;

const id = z.union([z.string().max(longestId), z.number()]).nullish();
const object = z.record(z.string(), z.unknown()).nullish();
const instant = z.iso.datetime({ offset: true });
const time = instant.nullish();
const name = z.string().max(longestName).nullish();

/** Nothing is changed by it: what is sound is taken as it came, and read by `toRecord`. */
export const callShape = z
  .object({
    messageId: z.string().max(longestName).nullish(),
    userId: id,
    anonymousId: id,
    previousId: id,
    groupId: id,
    event: name,
    name,
    category: name,
    traits: object,
    properties: object,
    context: z.object({ traits: object }).nullish(),
    timestamp: time,
    originalTimestamp: time,
    sentAt: time,
  })
  .openapi('TrackingCall');

export const batchShape = z
  .object({
    batch: z
      .array(callShape.extend({ type: z.enum(callTypes) }))
      .min(1)
      .max(2500),
    sentAt: time,
    writeKey: z.string().nullish(),
  })
  .openapi('TrackingBatch');

/** What is answered once all is on disk. `rejected`: the calls of a batch that are set aside, and why. */
export const acceptedShape = z.object({
  success: z.literal(true),
  rejected: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});

type Id = string | number | null | undefined;
type Fields = JsonObject | null | undefined;

/** A call that is of the shape. */
export interface TrackingCall {
  messageId?: string | null;
  userId?: Id;
  anonymousId?: Id;
  previousId?: Id;
  groupId?: Id;
  event?: string | null;
  name?: string | null;
  category?: string | null;
  traits?: Fields;
  properties?: Fields;
  context?: { traits?: Fields } | null;
  timestamp?: string | null;
  originalTimestamp?: string | null;
  sentAt?: string | null;
}

const instantForm = z.core.regexes.datetime({ offset: true });

const isText = (value: unknown, longest: number) =>
  value == null || (typeof value === 'string' && value.length <= longest);
const isId = (value: unknown) =>
  value == null || (typeof value === 'string' ? value.length <= longestId : Number.isFinite(value));
const isObject = (value: unknown) => value == null || (typeof value === 'object' && !Array.isArray(value));
const isTime = (value: unknown) => value == null || (typeof value === 'string' && instantForm.test(value));

/** Whether a value that came as JSON is of `callShape`: the same answer in a twentieth of the time. A test holds the two together. */
export function isSound(value: unknown): value is TrackingCall {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const call = value as Record<string, unknown>;
  const context = call['context'] as { traits?: unknown } | null | undefined;
  return (
    isText(call['messageId'], longestName) &&
    isId(call['userId']) &&
    isId(call['anonymousId']) &&
    isId(call['previousId']) &&
    isId(call['groupId']) &&
    isText(call['event'], longestName) &&
    isText(call['name'], longestName) &&
    isText(call['category'], longestName) &&
    isObject(call['traits']) &&
    isObject(call['properties']) &&
    isObject(context) &&
    (context == null || isObject(context.traits)) &&
    isTime(call['timestamp']) &&
    isTime(call['originalTimestamp']) &&
    isTime(call['sentAt'])
  );
}

/** What a call lacks of the shape, in words. */
export function whyUnsound(value: unknown): string {
  const { error } = callShape.safeParse(value);
  return (error?.issues ?? [])
    .slice(0, 3)
    .map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message))
    .join('; ');
}

export const isCallType = (type: unknown): type is CallType => (callTypes as readonly unknown[]).includes(type);

const textOf = (value: unknown): string =>
  typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : '';

/** The keys that a call names its customer by, in the order in which they count. */
export function identitiesOf(type: CallType, call: TrackingCall): { kind: string; value: string }[] {
  const traits = traitsOf(type, call);
  const found: { kind: string; value: string }[] = [];
  const add = (kind: string, value: string) => {
    if (value !== '') found.push({ kind, value });
  };
  add('userId', textOf(call.userId));
  add('anonymousId', textOf(call.anonymousId));
  if (traits) {
    add('email', typeof traits['email'] === 'string' ? textOf(traits['email']).toLowerCase() : '');
    add('phone', textOf(traits['phone']));
  }
  return found;
}

/** What a call says of its customer: only identify says it in `traits`, the others in their context. */
export const traitsOf = (type: CallType, call: TrackingCall): JsonObject | undefined =>
  (type === 'identify' ? call.traits : undefined) ?? call.context?.traits ?? undefined;

/** Why a sound call cannot be taken in, in words. */
export function whyMeaningless(type: CallType, call: TrackingCall): string | undefined {
  const identities = identitiesOf(type, call);
  if (identities.length === 0) return 'expected a userId, an anonymousId, or traits with an email or a phone';
  for (const { kind, value } of identities) if (value.includes('\ufffd')) return unreadable(kind);
  if (type === 'track' && textOf(call.event) === '') return 'expected the name of the event in event';
  if (type === 'group') {
    const group = textOf(call.groupId);
    if (group === '') return 'expected the id of the group in groupId';
    if (group.includes('\ufffd')) return unreadable('groupId');
  }
  if (type === 'alias') {
    const previous = textOf(call.previousId);
    if (textOf(call.userId) === '' || previous === '')
      return 'expected the new id in userId and the old one in previousId';
    if (previous.includes('\ufffd')) return unreadable('previousId');
  }
  return undefined;
}

const unreadable = (kind: string) =>
  `${kind}: it holds a character that was lost on the way, and two customers would become one`;
