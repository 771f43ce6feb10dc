import type { JsonObject } from '../../plugin/json.ts';
import type { MovedEnrollments } from '../../store/move-enrollments.ts';

export type EventRow = readonly [
  type: string,
  category: string,
  time: number,
  receivedAt: number,
  messageId: string,
  properties: string,
];
export type ConsentRow = readonly [
  channel: string,
  purpose: string,
  at: number,
  granted: number,
  source: string,
  proof: string | null,
  textVersion: string | null,
];
export type RelationshipRow = readonly [kind: string, group: number, from: number, to: number | null, source: string];
export type ListRow = readonly [list: number, addedAt: number, source: string];

/**
 * What went over when a customer became part of another: what it takes to give it back. Of rows that both had the survivor's
 * own stand in `…Met`. It holds personal data, and goes when either of the two is erased.
 */
export interface Moved {
  identities: [kind: string, value: string][];
  /** The ids of its events. */
  events: number[];
  /** Events that the survivor had been told of too. */
  doubled: EventRow[];
  consents: ConsentRow[];
  consentsMet: ConsentRow[];
  relationships: RelationshipRow[];
  relationshipsMet: RelationshipRow[];
  lists: ListRow[];
  listsMet: ListRow[];
  /** Digests of the double opt-ins that waited for a click. */
  optIns: string[];
  /** Traits that the survivor lacked, as it got them. */
  traits: JsonObject;
  enrollments: MovedEnrollments;
}

export const nothingMoved = (): Moved => ({
  identities: [],
  events: [],
  doubled: [],
  consents: [],
  consentsMet: [],
  relationships: [],
  relationshipsMet: [],
  lists: [],
  listsMet: [],
  optIns: [],
  traits: {},
  enrollments: { taken: [], ended: [] },
});
