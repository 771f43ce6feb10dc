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
import type { RunningVersion } from './station.ts';
import { wake } from './wake.ts';

/** An event of a customer, as loops are told of it. */
export interface Happened {
  customer: number;
  event: CustomerEvent;
}

/**
 * What a transaction that changes customers sets off in it: the new events, and those whose traits, events or consents are
 * no longer what they were, for their segments. In this order: goals, exits, the ends of waits, entries. So an event that
 * is a loop's goal and its entry ends the enrollment that there is, and may begin the next. Gives whether anything was set off.
 */
export async function takeIn(
  parts: Parts,
  tx: Transaction,
  { events, touched }: { events: readonly Happened[]; touched: readonly number[] },
  now: number,
): Promise<boolean> {
  const changes = await changesOfMembership(parts, tx, touched, now);
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
  const own = events.filter(({ event }) => !namesSegment(event.type));
  const loud = changes.filter(({ quiet = false }) => !quiet);
  await endWhoIsDone(parts, tx, [...own, ...loud.map((change) => toEvent(change, now))], now);
  await wake(parts, tx, [...own, ...changes.map((change) => toEvent(change, now))], now);
  await enterOnEvents(parts, tx, events, now);
  await enterOnSegments(parts, tx, loud, now);
  return true;
}

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
