import { createHash, randomUUID } from 'node:crypto';
import type { Category } from '../../loop/loop.ts';
import { categories } from '../../loop/loop.ts';
import { categoryOf } from '../../plugin/event-category.ts';
import type { JsonObject } from '../../plugin/json.ts';
import type { IngestedRecord } from '../intake-ports.ts';
import type { CallType, TrackingCall } from './tracking-call.ts';
import { identitiesOf, traitsOf } from './tracking-call.ts';

/** What a call that can be taken in says of a customer. `receivedAt` is the engine's clock when it came; `sentAt` the batch's own. */
export function toRecord(
  type: CallType,
  call: TrackingCall,
  { receivedAt, sentAt }: { receivedAt: number; sentAt?: string | undefined },
): IngestedRecord {
  const { time, byArrival } = timeOf(call, call.sentAt ?? sentAt, receivedAt);
  const messageId = call.messageId || digestOf(type, call);
  const event = eventOf(type, call);
  const previous = type === 'alias' ? String(call.previousId).trim() : undefined;
  return {
    messageId,
    time,
    // What has its event at another instant when it is sent again is known by its message id alone.
    ...(byArrival || !event ? { once: true } : {}),
    identities: identitiesOf(type, call),
    traits: traitsOf(type, call) ?? {},
    // What was the id before can be one that the client made up for an unknown visitor, or one of its own users.
    ...(previous ? { sameAs: ['anonymousId', 'userId'].map((kind) => ({ kind, value: previous })) } : {}),
    ...(type === 'group'
      ? {
          relationships: [{ kind: 'account', key: String(call.groupId).trim(), traits: call.traits ?? {}, from: time }],
        }
      : {}),
    ...(event
      ? {
          events: [{ ...event, category: ownCategory(event.properties) ?? usualCategory(event.type), time, messageId }],
        }
      : {}),
  };
}

const ownCategory = ({ category }: JsonObject): Category | undefined => categories.find((known) => known === category);

/** There are few types of events, and to take their words apart costs as much as to read the call. */
const usual = new Map<string, Category>();

function usualCategory(type: string): Category {
  let category = usual.get(type);
  if (category === undefined) {
    if (usual.size >= 1_000) usual.clear();
    usual.set(type, (category = categoryOf(type)));
  }
  return category;
}

/** Identify and alias say who somebody is, not that something happened. */
function eventOf(type: CallType, call: TrackingCall): { type: string; properties: JsonObject } | undefined {
  const properties = call.properties ?? {};
  switch (type) {
    case 'track':
      return { type: (call.event ?? '').trim(), properties };
    case 'page':
    case 'screen':
      return { type, properties: { ...properties, ...(call.name ? { name: call.name } : {}) } };
    case 'group':
      return { type, properties: { ...call.traits, groupId: call.groupId ?? null } };
    case 'identify':
    case 'alias':
      return undefined;
  }
}

/** A clock that is off by no more is right: what is between is the way of the call. In milliseconds. */
const onTheWay = 60_000;

/**
 * When it happened. A client's clock can be wrong by hours, so where it says when it sent the call, and that is not about now,
 * only the difference is believed; that also carries a call onto an accelerated clock. A clock that is right is believed to
 * the millisecond: the same call sent again has the same instant, by which it is known. `byArrival`: it has another.
 */
function timeOf(
  call: TrackingCall,
  sentAt: string | undefined,
  receivedAt: number,
): { time: number; byArrival: boolean } {
  const said = call.originalTimestamp ?? call.timestamp;
  if (!said) return { time: receivedAt, byArrival: true };
  const at = Date.parse(said);
  const off = sentAt ? receivedAt - Date.parse(sentAt) : 0;
  const corrected = Math.abs(off) > onTheWay ? at + off : at;
  // Nothing has happened in the future.
  return { time: Math.min(corrected, receivedAt), byArrival: corrected !== at || corrected > receivedAt };
}

/** The same call sent twice without a messageId is one call. A timestamp keeps two of a kind apart. */
const digestOf = (type: CallType, call: TrackingCall): string =>
  call.timestamp || call.originalTimestamp
    ? createHash('sha256')
        .update(JSON.stringify([type, { ...call, sentAt: undefined }]))
        .digest('base64url')
    : randomUUID();
