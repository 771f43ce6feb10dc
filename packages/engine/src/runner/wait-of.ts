import type { CustomerEvent, Wait, WaitType } from '../plugin/index.ts';
import { eventMatches } from '../rule/index.ts';
import { keyIn } from './enter.ts';
import type { Parts } from './parts.ts';
import { segmentEvent } from './segment-event.ts';
import type { Station } from './station.ts';
import { portIndex } from './station.ts';

/** What a wait node waits for, in the settings of a turn. Throws what is wrong with its answer. */
export function waitOf(parts: Parts, station: Station, settings: unknown, now: number): Wait {
  const type = station.node.type as WaitType;
  const { log, limits } = parts;
  // It answers at once or not at all: nothing could abort it.
  const { signal } = new AbortController();
  const wait = type.wait({ settings, now, log, signal, zone: limits.zone });
  if (typeof wait !== 'object' || wait === null)
    throw new Error(`${type.type}: expected what to wait for, got ${wait === null ? 'null' : typeof wait}`);
  const { until, events = [], segments = [] } = wait;
  for (const list of [events, segments])
    if (!Array.isArray(list) || list.some((each) => typeof each !== 'object' || each === null))
      throw new Error(`${type.type}: expected events and segments as lists of objects`);
  if (events.some((each) => typeof each.type !== 'string' || each.type === ''))
    throw new Error(`${type.type}: expected events of a type`);
  if (segments.some(({ segment, when }) => typeof segment !== 'string' || (when !== 'entered' && when !== 'left')))
    throw new Error(`${type.type}: expected segments that are entered or left`);
  for (const { port } of [...(until ? [until] : []), ...events, ...segments]) portIndex(station, port);
  return until && !type.due ? { ...wait, until: { ...until, at: instant(type.type, until.at) } } : wait;
}

/** What a wait node waits for from a turn on, until the next era. */
export interface WaitEra {
  fromTurn: number;
  before: number;
  wait: Wait;
}

/** An instant that the database can hold, or an error that names the node type. */
export function instant(type: string, at: unknown): number {
  if (typeof at === 'number' && Math.abs(at) <= latest) return Math.trunc(at);
  throw new Error(`${type}: expected an instant in epoch milliseconds, got ${String(at).slice(0, 100)}`);
}

/** The last instant that a `Date` can say. */
const latest = 8.64e15;

/** The event types that waits wait for; a segment is waited for as an event that only the engine tells of. */
export const awaitedTypes = (waits: readonly Wait[]): string[] => [
  ...new Set(
    waits.flatMap(({ events = [], segments = [] }) => [
      ...events.map(({ type }) => type),
      ...segments.map(({ segment, when }) => segmentEvent(segment, when)),
    ]),
  ),
];

/** The port by which an event ends a wait of an enrollment with this key, if it does. */
export function endedBy(
  { events = [], segments = [] }: Wait,
  event: Pick<CustomerEvent, 'type' | 'time' | 'properties'>,
  { key, now }: { key: string; now: number },
): string | undefined {
  const met = events.find(
    (each) =>
      each.type === event.type &&
      (each.key === undefined || key === '' || keyIn(event, each.key) === key) &&
      (!each.where || eventMatches(each.where, event, now)),
  );
  return met?.port ?? segments.find(({ segment, when }) => segmentEvent(segment, when) === event.type)?.port;
}
