import { createHash, randomUUID } from 'node:crypto';
import type { Category } from '../../loop/loop.ts';
import { categories } from '../../loop/loop.ts';
import type { Identity } from '../../plugin/customer.ts';
import type { Json, JsonObject } from '../../plugin/json.ts';
import type { IngestedRecord } from '../ports.ts';
import type { CallType, TrackingCall } from './tracking-call.ts';

/** What one tracking call says of a customer, or why it cannot be taken. `now` is the engine's clock. */
export function toRecord(
  type: CallType,
  call: TrackingCall,
  { now, categoryOf }: { now: number; categoryOf: (event: string) => Category },
): IngestedRecord | string {
  const traits = type === 'identify' ? (call.traits ?? {}) : (call.context?.traits ?? {});
  const identities = identitiesOf(call, traits);
  if (identities.length === 0) return 'expected a userId, an anonymousId, or traits with an email or a phone';
  if (type === 'track' && !call.event) return 'expected the name of the event in event';
  if (type === 'group' && call.groupId == null) return 'expected the id of the group in groupId';
  if (type === 'alias' && (call.userId == null || call.previousId == null))
    return 'expected the new id in userId and the old one in previousId';

  const time = timeOf(call, now);
  const messageId = call.messageId ?? digestOf(type, call);
  const event = eventOf(type, call);
  const previous = type === 'alias' ? call.previousId : undefined;
  return {
    messageId,
    time,
    identities,
    traits,
    // What was the id before can be one that the client made up for an unknown visitor, or one of its own users.
    ...(previous ? { sameAs: ['anonymousId', 'userId'].map((kind) => ({ kind, value: previous })) } : {}),
    ...(event
      ? { events: [{ ...event, category: ownCategory(event.properties) ?? categoryOf(event.type), time, messageId }] }
      : {}),
  };
}

const ownCategory = ({ category }: JsonObject): Category | undefined => categories.find((known) => known === category);

function identitiesOf(call: TrackingCall, traits: JsonObject): Identity[] {
  const found: Identity[] = [];
  const add = (kind: string, value: Json | undefined) => {
    const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : '';
    if (text) found.push({ kind, value: text });
  };
  add('userId', call.userId ?? undefined);
  add('anonymousId', call.anonymousId ?? undefined);
  const { email } = traits;
  add('email', typeof email === 'string' ? email.toLowerCase() : undefined);
  add('phone', traits['phone']);
  return found;
}

/** Identify and alias say who somebody is, not that something happened. */
function eventOf(type: CallType, call: TrackingCall): { type: string; properties: JsonObject } | undefined {
  const properties = call.properties ?? {};
  switch (type) {
    case 'track':
      return { type: call.event ?? '', properties };
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

/**
 * When it happened. A client's clock can be wrong by hours, so where it says when it sent the call, only the difference is
 * believed; that also carries a call onto an accelerated clock.
 */
function timeOf(call: TrackingCall, now: number): number {
  const said = call.originalTimestamp ?? call.timestamp;
  if (!said) return now;
  const at = call.sentAt ? now - (Date.parse(call.sentAt) - Date.parse(said)) : Date.parse(said);
  // Nothing has happened in the future.
  return Math.min(at, now);
}

/** The same call sent twice without a messageId is one call. A timestamp keeps two of a kind apart. */
const digestOf = (type: CallType, call: TrackingCall): string =>
  call.timestamp || call.originalTimestamp
    ? createHash('sha256')
        .update(JSON.stringify([type, { ...call, sentAt: undefined }]))
        .digest('base64url')
    : randomUUID();
