import type { CustomerEvent } from '../plugin/index.ts';
import type { Happening } from '../loop/index.ts';
import type { RuleGroup } from '../rule/index.ts';
import { eventPredicate } from '../rule/index.ts';
import type { Located, Transaction } from '../store/index.ts';
import { enter, enterOnEvents, entriesOf, entryOf, keyIn, keyless } from './enter.ts';
import type { Parts } from './parts.ts';
import { namesSegment, segmentEvent } from './segment-event.ts';
import type { SegmentChange } from './segments.ts';
import { changesOfMembership } from './segments.ts';
import { heedReports } from './permission/heed-reports.ts';
import { Touched } from './touched.ts';
import type { RunningVersion } from './station.ts';
import { wake } from './wake.ts';

/** An event of a customer, as loops are told of it. */
export interface Happened {
  customer: number;
  event: CustomerEvent;
}

/**
 * What a transaction that changes customers sets off in it: the new events, and what is no longer what it was of whom, for
 * their segments; a list of customers stands for everything of them. In this order: goals, exits, the ends of waits, entries. So an event that
 * is a loop's goal and its entry ends the enrollment that there is, and may begin the next. Gives whether anything was set off.
 */
export async function takeIn(
  parts: Parts,
  tx: Transaction,
  { events, touched }: { events: readonly Happened[]; touched: Touched | readonly number[] },
  now: number,
): Promise<boolean> {
  const changed = touched instanceof Touched ? touched : new Touched().everything(touched);
  changed.everything(await heedReports(parts, tx, events, now));
  const changes = await changesOfMembership(parts, tx, changed, now);
  return follow(parts, tx, { events, changes }, now);
}

/** What events and changes of segments set off. */
export async function follow(
  parts: Parts,
  tx: Transaction,
  { events, changes }: { events: readonly Happened[]; changes: readonly SegmentChange[] },
  now: number,
): Promise<boolean> {
  if (events.length === 0 && changes.length === 0) return false;
  const loud = changes.filter(({ quiet = false }) => !quiet);
  for (const [i, round] of inRounds(parts, events).entries()) {
    const own = round.filter(({ event }) => !namesSegment(event.type));
    const [heard, felt] = i === 0 ? [loud, changes] : [[], []];
    await endWhoIsDone(parts, tx, [...own, ...heard.map((change) => toEvent(change, now))], now);
    await wake(parts, tx, [...own, ...felt.map((change) => toEvent(change, now))], now);
    await enterOnEvents(parts, tx, round, now);
    await enterOnSegments(parts, tx, heard, now);
  }
  return true;
}

/**
 * Events that are told of together, in rounds that are followed one after the other: a customer whom an event may let in
 * has those that may end that enrollment, and happened after it, in a later round. There is mostly one.
 */
function inRounds(parts: Parts, events: readonly Happened[]): Happened[][] {
  const lettingIn = new Set(entriesOf(parts).flatMap((station) => eventIn(entryOf(station))));
  const ending = new Set(
    parts.stations
      .all()
      .flatMap(({ compiled: { loop } }) => [...(loop.goals ?? []), ...(loop.exits ?? [])].flatMap(eventIn)),
  );
  const mayMatter =
    events.some(({ event }) => ending.has(event.type)) && events.some(({ event }) => lettingIn.has(event.type));
  if (events.length < 2 || !mayMatter) return [[...events]];
  const rounds: Happened[][] = [];
  const places = new Map<number, { round: number; mayBeIn: boolean }>();
  for (const happened of events.toSorted((a, b) => a.event.time - b.event.time)) {
    const { customer, event } = happened;
    const place = places.get(customer) ?? { round: 0, mayBeIn: false };
    if (place.mayBeIn && ending.has(event.type)) {
      place.round++;
      place.mayBeIn = false;
    }
    place.mayBeIn ||= lettingIn.has(event.type);
    places.set(customer, place);
    (rounds[place.round] ??= []).push(happened);
  }
  return rounds;
}

const eventIn = (of: { on: string; event?: string }): string[] => (of.on === 'event' && of.event ? [of.event] : []);

const toEvent = ({ customer, segment, when }: SegmentChange, now: number): Happened => ({
  customer,
  event: { type: segmentEvent(segment, when), category: 'analysis', time: now, properties: {} },
});

async function enterOnSegments(
  parts: Parts,
  tx: Transaction,
  changes: readonly SegmentChange[],
  now: number,
): Promise<void> {
  if (changes.length === 0) return;
  for (const station of entriesOf(parts)) {
    const entry = entryOf(station);
    if (entry.on !== 'segment') continue;
    const those = changes.filter(({ segment, when }) => segment === entry.segment && when === entry.when);
    await enter(parts, tx, station, keyless(those.map(({ customer }) => customer)), now);
  }
}

/** Customers to whom something has happened, each with the keys of those enrollments that it is about, or all of them. */
type Done = Map<number, Set<string> | 'all'>;

/** Ends the enrollments that have reached a goal of their version, or one of its exits. */
async function endWhoIsDone(parts: Parts, tx: Transaction, told: readonly Happened[], now: number): Promise<void> {
  const done = new Map<number, { goal: Done; exit: Done }>();
  for (const version of parts.stations.all()) {
    const { goals, exits } = version.compiled.loop;
    const goal = whoMeets(goals, told, now);
    const exit = whoMeets(exits, told, now);
    if (goal.size + exit.size > 0) done.set(version.id, { goal, exit });
  }
  if (done.size === 0) return;
  const customers = [...done.values()].flatMap(({ goal, exit }) => [...goal.keys(), ...exit.keys()]);
  const live = await parts.store.locate(tx, {
    customers,
    targetOf: (node, port) => parts.stations.byRef(node)?.targets[port]?.ref,
  });
  const outcomeOf = (each: Located) => {
    const of = done.get(each.version);
    return of && (isAbout(of.goal, each) ? 'goal' : isAbout(of.exit, each) ? 'exit' : undefined);
  };
  for (const outcome of ['goal', 'exit'] as const)
    await parts.store.endEnrollments(
      tx,
      live.filter((each) => outcomeOf(each) === outcome),
      {
        mark: parts.store.marks.ended,
        outcome,
        now,
        worker: parts.worker.slot,
        reason: 'ended',
        detail: outcome === 'goal' ? 'the customer has reached the goal' : 'an exit of the loop has happened',
      },
    );
}

function isAbout(done: Done, { customer, key }: Located): boolean {
  const keys = done.get(customer);
  return keys !== undefined && (keys === 'all' || key === '' || keys.has(key));
}

function whoMeets(
  happenings: RunningVersion['compiled']['loop']['goals'],
  told: readonly Happened[],
  now: number,
): Done {
  const done: Done = new Map();
  for (const happening of happenings ?? [])
    for (const { customer, event } of told) {
      if (!meets(happening, event, now)) continue;
      const known = done.get(customer);
      if (happening.on !== 'event' || happening.key === undefined) done.set(customer, 'all');
      else if (known !== 'all') {
        // Without the property it is about those enrollments alone that have no key.
        const key = keyIn(event, happening.key);
        done.set(customer, new Set([...(known ?? []), ...(key === undefined ? [] : [key])]));
      }
    }
  return done;
}

const predicates = new WeakMap<object, ReturnType<typeof eventPredicate>>();

function meets(happening: Happening, event: CustomerEvent, now: number): boolean {
  if (happening.on === 'segment') return event.type === segmentEvent(happening.segment, happening.when);
  if (event.type !== happening.event) return false;
  const { where } = happening;
  if (!where) return true;
  const known = predicates.get(where) ?? eventPredicate(where as unknown as RuleGroup);
  predicates.set(where, known);
  return known(event, now);
}
