import type { JsonObject } from '../plugin/json.ts';
import type { PrivacyPolicy } from './shapes/privacy.ts';
import type { CustomerRow, CustomerView } from './shapes/customer.ts';
import type { TimelineEntry } from './shapes/timeline.ts';
import type { Role } from './roles.ts';

/**
 * What a caller's role may see of a person. Everything that leaves the server about customers passes through here: the page
 * of one, lists, samples, searches, timelines, the ledger of messages. What may not be seen is replaced, not left out, so that
 * one sees that there is something.
 */
export interface Sight {
  /** Names, identities, and traits and properties that tell who somebody is. */
  readonly personal: boolean;
  /** Where messages went and what they said; notes; what a call is about. */
  readonly messages: boolean;
  isPersonal(trait: string): boolean;
  isPersonalProperty(event: string, property: string): boolean;
}

/** Stands in place of what a role may not see. */
export const hidden = '•••';

/** Texts that people write: nobody knows what stands in them. */
const freeText = /^(notes?|comments?|texts?|messages?|body|script|subject|description|reason)$/i;

export function sightOf(
  role: Role,
  policy: PrivacyPolicy,
  pii: Pick<Sight, 'isPersonal' | 'isPersonalProperty'>,
): Sight {
  const { personal, messages } = role === 'admin' ? { personal: true, messages: true } : policy[role];
  return { ...pii, personal, messages };
}

export const seesAll = ({ personal, messages }: Sight): boolean => personal && messages;

const masked = (values: Readonly<Record<string, unknown>>, isHidden: (name: string) => boolean): JsonObject =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, value !== null && isHidden(name) ? hidden : value]),
  ) as JsonObject;

export const traitsFor = (sight: Sight, traits: Readonly<Record<string, unknown>>): JsonObject =>
  masked(traits, (name) => !sight.personal && sight.isPersonal(name));

export const propertiesFor = (sight: Sight, event: string, properties: Readonly<Record<string, unknown>>): JsonObject =>
  masked(
    properties,
    (name) =>
      (!sight.personal && (sight.isPersonal(name) || sight.isPersonalProperty(event, name))) ||
      (!sight.messages && freeText.test(name)),
  );

/** A trait as rules ask for it: of one that tells who somebody is the values are not said. */
export function fieldFor<F extends { name: string; values?: unknown }>(sight: Sight, field: F): F {
  if (sight.personal || !sight.isPersonal(field.name)) return field;
  const { values: _, ...rest } = field;
  return rest as F;
}

/** A row of a list of customers. */
export function rowFor<R extends CustomerRow>(sight: Sight, row: R): R {
  if (sight.personal) return row;
  const { name, email, phone, traits } = row;
  return {
    ...row,
    name: name === null ? null : hidden,
    email: email === null ? null : hidden,
    phone: phone === null ? null : hidden,
    traits: traitsFor(sight, traits),
  };
}

/** Who was set aside with an error, which may say anything. */
export const errorFor = <E extends { error: string }>(sight: Sight, each: E): E =>
  sight.personal ? each : { ...each, error: hidden };

/** A message of the ledger, or of a customer. */
export function messageFor<M extends { address: string; body: Record<string, unknown> | null; detail: string | null }>(
  sight: Sight,
  message: M,
): M {
  if (sight.messages) return message;
  return {
    ...message,
    address: message.address === '' ? '' : hidden,
    body: message.body && masked(message.body, () => true),
    detail: message.detail === null ? null : hidden,
  };
}

/** All that is known of one customer. */
export function viewFor(sight: Sight, view: CustomerView): CustomerView {
  if (seesAll(sight)) return view;
  const veil = <T extends string | null>(value: T): T => (sight.personal || value === null ? value : (hidden as T));
  const say = <T extends string | null>(value: T): T => (sight.messages || value === null ? value : (hidden as T));
  const consent = <C extends { proof: string | null }>(each: C): C => ({ ...each, proof: veil(each.proof) });
  const event = <E extends { type: string; properties: Record<string, unknown> }>(each: E): E => ({
    ...each,
    properties: propertiesFor(sight, each.type, each.properties),
  });
  const item = <I extends CustomerView['open']['payment'][number]>(each: I): I => ({
    ...each,
    key: veil(each.key),
    properties: propertiesFor(sight, each.type, each.properties),
  });
  return {
    ...view,
    hidden: true,
    traits: traitsFor(sight, view.traits),
    identities: view.identities.map(({ kind, value }) => ({ kind, value: veil(value) })),
    consents: view.consents.map(consent),
    consentHistory: view.consentHistory.map(consent),
    events: Object.fromEntries(
      Object.entries(view.events).map(([category, of]) => [category, { ...of, latest: of.latest.map(event) }]),
    ) as CustomerView['events'],
    open: { payment: view.open.payment.map(item), service: view.open.service.map(item) },
    groups: view.groups.map((group) => ({
      ...group,
      key: veil(group.key),
      traits: traitsFor(sight, group.traits),
      members: group.members.map((member) => ({ ...member, name: veil(member.name) })),
    })),
    tasks: view.tasks.map((task) => ({
      ...task,
      phone: veil(say(task.phone)),
      name: veil(task.name),
      script: say(task.script),
      attempts: task.attempts.map((attempt) => ({ ...attempt, note: say(attempt.note) })),
    })),
    enrollments: view.enrollments.map((each) => ({ ...each, parked: veil(each.parked) })),
    messages: view.messages.map((message) => messageFor(sight, message)),
    history: view.history.map((change) => ({
      ...change,
      before: traitsFor(sight, change.before),
      after: traitsFor(sight, change.after),
    })),
    merges: view.merges.map((merge) => ({ ...merge, why: veil(merge.why) })),
  };
}

/** One entry of a timeline. */
export function entryFor(sight: Sight, entry: TimelineEntry): TimelineEntry {
  if (seesAll(sight)) return entry;
  switch (entry.what) {
    case 'event':
      return { ...entry, properties: propertiesFor(sight, entry.type, entry.properties) };
    case 'message':
      return messageFor(sight, entry);
    case 'changed':
      return { ...entry, before: traitsFor(sight, entry.before), after: traitsFor(sight, entry.after) };
    case 'consent':
      return sight.personal || entry.proof === null ? entry : { ...entry, proof: hidden };
    case 'joined':
    case 'parted':
      return sight.personal ? entry : { ...entry, group: { kind: entry.group.kind, key: hidden } };
    case 'merged':
    case 'unmerged':
      return sight.personal ? entry : { ...entry, why: hidden };
    default:
      return entry;
  }
}
