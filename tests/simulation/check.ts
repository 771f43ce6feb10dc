import type { CompiledLoop } from '../../packages/engine/src/machine/index.ts';
import { sharePort } from '../../packages/engine/src/plugin/share.ts';
import { marks } from '../../packages/engine/src/store/marks.ts';
import type { Book } from './book.ts';
import type { Indexed, Passed } from './indexed.ts';
import { idOf, index, nodeAt } from './indexed.ts';
import { eachPort, inner, poison } from './nodes.ts';
import type { Sink } from './sink.ts';
import { took } from './sink.ts';
import type { EnrollmentRow, MessageRow, ParkedRow, Snapshot } from './snapshot.ts';

export interface CheckContext {
  compiled: (document: string) => CompiledLoop;
  book: Book;
  sink: Sink;
  now: number;
  /** Nothing is under way and everything that is due has been done: then nobody may be left behind. */
  atRest: boolean;
}

const enteredPort = -1;
/**
 * Holds the database against what must be true whatever has failed, died or come in between. Gives what is not, in words.
 */
export function check(snapshot: Snapshot, context: CheckContext): string[] {
  const problems: string[] = [];
  const wrong = (what: string) => problems.push(what);
  const world = index(snapshot, context.compiled);
  for (const enrollment of snapshot.enrollments) checkJourney(enrollment, world, context, wrong);
  checkStrays(world, wrong);
  checkCounts(world, wrong);
  checkEntries(world, context, wrong);
  checkEvents(world, context, wrong);
  checkMessages(world, context, wrong);
  checkStamps(world, wrong);
  checkGoals(world, context, wrong);
  if (context.atRest) {
    checkRest(world, context, wrong);
    checkMembers(world, wrong);
  }
  return problems;
}

/** An enrollment is in one state, and its journal is the way from its entry to there along drawn edges, without a gap. */
function checkJourney(
  enrollment: EnrollmentRow,
  world: Indexed,
  { now, atRest }: CheckContext,
  wrong: (what: string) => void,
): void {
  const id = idOf(enrollment);
  const say = (what: string) => wrong(`enrollment ${id}: ${what}`);
  const journey = world.journeys.get(id) ?? [];
  let at: number | undefined = enrollment.node;
  let step = 0;
  let turn = 1;
  let waiting: Passed | undefined;
  /** Where and until when it was put by hand, and has not been moved since. */
  let placed: Passed | undefined;
  for (const passed of journey) {
    if (passed.step !== step) return say(`expected step ${step} next, got ${passed.step}`);
    step++;
    if (at === undefined) return say(`has a step ${passed.step} after its end`);
    if (passed.port === marks.placed || passed.port === marks.woken) {
      at = passed.node;
      turn = passed.turn;
      waiting = undefined;
      placed = passed;
      continue;
    }
    if (passed.node !== at) return say(`step ${passed.step} is at node ${passed.node}, expected ${at}`);
    if (passed.turn !== turn) return say(`step ${passed.step} is of turn ${passed.turn}, expected ${turn}`);
    if (passed.port === marks.beganToWait) {
      if (waiting) say(`began to wait twice at node ${at}`);
      waiting = passed;
      placed = undefined;
      continue;
    }
    if (passed.port === marks.merged || passed.port === marks.ended) {
      at = undefined;
      continue;
    }
    if (passed.port < 0) continue;
    const here = nodeAt(world, at);
    const target = here?.node.targets[passed.port];
    if (!here || !target) return say(`left node ${at} by port ${passed.port}, which is not drawn`);
    const port = here.node.ports[passed.port]?.id as string;
    if (waiting && (port === 'done' || port === 'timeout') && passed.at < (waiting.until ?? Infinity))
      say(`its timer at node ${at} fired at ${passed.at}, before ${waiting.until}`);
    // Who was parked may be let out by any port.
    // What has become its customer's by a merge was somebody else's when it was sent this way.
    const expected = placed ? [] : peopleIn(world, enrollment.customer).map((who) => choiceAt(world, here.node, who));
    if (expected[0] !== undefined && !expected.includes(port))
      say(`left ${here.node.type.type} by ${port}, expected ${expected.join(' or ')}`);
    waiting = undefined;
    placed = undefined;
    at = target.node === undefined ? undefined : world.refs.get(`${here.version} ${target.node}`);
    if (target.newTurn) turn++;
  }
  const positions = world.positions.get(id) ?? [];
  const parked = world.parked.get(id) ?? [];
  const ended = enrollment.ended_at !== null;
  const states = positions.length + parked.length + (ended ? 1 : 0);
  if (states !== 1)
    return say(`is in ${states} states: ${positions.length} positions, ${parked.length} parked, ended ${ended}`);
  if (ended !== (at === undefined)) return say(`ended is ${ended}, but its journal leads to ${at ?? 'the end'}`);
  const [position] = positions;
  const [set] = parked;
  if (position) {
    if (position.node !== at) say(`stands at ${position.node}, but its journal leads to ${at}`);
    if (position.step !== step) say(`stands before step ${position.step}, but its journal before ${step}`);
    if (position.turn !== turn) say(`stands in turn ${position.turn}, but its journal in ${turn}`);
    if (placed && position.phase !== 2 && placed.until !== position.due)
      say(`is due at ${position.due}, but was put there until ${placed.until}`);
    if (!placed && (position.phase === 1) !== (waiting !== undefined))
      say(`is in phase ${position.phase}, but ${waiting ? 'has' : 'has not'} begun to wait`);
    if (waiting && position.phase === 1 && waiting.until !== position.due)
      say(`waits until ${position.due}, but its journal says ${waiting.until}`);
    if (
      position.phase === 2 &&
      !['queued', 'sending'].includes(messageOf(world, enrollment, position.step)?.status ?? 'none')
    )
      say(
        `awaits the receipt of a message that is ${messageOf(world, enrollment, position.step)?.status ?? 'not there'}`,
      );
    if (atRest && position.phase !== 2 && position.due <= now)
      say(`is due at node ${position.node} since ${position.due}, and now is ${now}`);
  }
  if (set && set.node !== at) say(`is parked at ${set.node}, but its journal leads to ${at}`);
  if (set && !mayBeParked(world, set, enrollment.customer)) say(`is parked without cause: ${set.error}`);
}

const messageOf = (world: Indexed, { customer, n }: EnrollmentRow, step: number): MessageRow | undefined =>
  world.messages.get(`${customer}.${n}.${step}`);

/** A customer and all who have become part of it. */
function peopleIn(world: Indexed, customer: number): number[] {
  const parts = world.snapshot.customers.filter(({ merged_into }) => merged_into === customer);
  return [customer, ...parts.flatMap(({ id }) => peopleIn(world, id))];
}

/** Where the model knows by itself which way a router sends a customer. */
function choiceAt(
  world: Indexed,
  node: NonNullable<ReturnType<typeof nodeAt>>['node'],
  customer: number,
): string | undefined {
  const settings = node.settings as { from: number; weight: number };
  if (node.type.type === 'sim/each') return eachPort(customer);
  if (node.type.type === 'sim/share')
    return sharePort(customer, 'coin', [
      { port: 'a', weight: settings.weight },
      { port: 'b', weight: 1 - settings.weight },
    ]);
  if (node.type.type === 'sim/rule')
    return Number(world.customers.get(customer)?.traits.age ?? Number.NaN) >= settings.from ? 'old' : 'young';
  return undefined;
}

/** Whoever cannot be handled, and whoever did not have to wait: what is told on the way round may be what is waited for. */
function mayBeParked(world: Indexed, { node: ref, error }: ParkedRow, customer: number): boolean {
  const here = nodeAt(world, ref)?.node;
  if (error.startsWith('left this node a hundred times')) {
    return here?.type.contract === 'wait' && here.type.type !== 'sim/delay';
  }
  // A migration may have brought it to another node since, with its error.
  return peopleIn(world, customer).some(
    (who) => error === `Error: cannot swallow this: ${String(world.customers.get(who)?.traits[poison])}`,
  );
}

/** Nothing hangs on an enrollment that is not there or not there any more. */
function checkStrays(world: Indexed, wrong: (what: string) => void): void {
  const { snapshot, enrollments } = world;
  for (const table of ['positions', 'parked', 'journal', 'messages', 'subscriptions'] as const)
    for (const row of snapshot[table])
      if (!enrollments.has(idOf(row))) wrong(`${table}: a row of ${idOf(row)}, which never entered`);
  for (const row of snapshot.subscriptions) {
    const [position] = world.positions.get(idOf(row)) ?? [];
    if (position?.node !== row.node || position.due !== row.due || position.phase !== 1)
      wrong(`${idOf(row)} is subscribed to ${row.event} at ${row.node} until ${row.due}, and does not wait there`);
  }
}

/** What is counted at each node is what the journals say, and adds up. */
function checkCounts(world: Indexed, wrong: (what: string) => void): void {
  const counted = new Map<string, number>();
  const count = (node: number, port: number) =>
    counted.set(`${node} ${port}`, (counted.get(`${node} ${port}`) ?? 0) + 1);
  for (const enrollment of world.snapshot.enrollments) {
    count(enrollment.node, enteredPort);
    let at: number | undefined = enrollment.node;
    for (const { node, port } of world.journeys.get(idOf(enrollment)) ?? []) {
      if (port === marks.placed && node !== at) count(node, enteredPort);
      if (port < 0) {
        at = node;
        continue;
      }
      count(node, port);
      const here = nodeAt(world, node);
      const target = here?.node.targets[port]?.node;
      const ref = here && target !== undefined ? world.refs.get(`${here.version} ${target}`) : undefined;
      if (ref !== undefined) count(ref, enteredPort);
      at = ref;
    }
  }
  const told = new Map(
    world.snapshot.tally
      .filter(({ port, count }) => port >= enteredPort && count !== 0)
      .map(({ node, port, count }) => [`${node} ${port}`, count]),
  );
  for (const key of new Set([...counted.keys(), ...told.keys()]))
    if (counted.get(key) !== told.get(key))
      wrong(`node and port ${key}: counted ${told.get(key) ?? 0}, the journals say ${counted.get(key) ?? 0}`);
  for (const { ref } of world.snapshot.nodes) {
    const at = (port: (port: number) => boolean) =>
      world.snapshot.tally
        .filter((row) => row.node === ref && port(row.port))
        .reduce((sum, row) => sum + Number(row.count), 0);
    const entered = at((port) => port === enteredPort);
    const left = at((port) => port !== enteredPort);
    const here = world.snapshot.positions.filter(({ node }) => node === ref).length;
    const parked = world.snapshot.parked.filter(({ node }) => node === ref).length;
    if (entered !== left + here + parked)
      wrong(`node ${ref}: ${entered} entered, ${left} left, ${here} stand there, ${parked} are parked`);
  }
}

/** Whoever was told to be in is in, once at a time. */
function checkEntries(world: Indexed, { book }: CheckContext, wrong: (what: string) => void): void {
  const of = new Map<string, EnrollmentRow[]>();
  for (const enrollment of world.snapshot.enrollments) {
    const key = `${world.loops.get(enrollment.version)?.loop} ${enrollment.customer}`;
    of.set(key, [...(of.get(key) ?? []), enrollment]);
  }
  for (const [key, all] of of) {
    const live = all.filter(({ ended_at }) => ended_at === null);
    if (new Set(live.map((each) => each.key)).size !== live.length)
      wrong(`loop and customer ${key}: in it ${live.length} times at once`);
  }
  for (const { loop, who, accepted } of book.entries)
    if (accepted && !book.merged.has(who) && !of.has(`${loop} ${world.idOfKey.get(who)}`))
      wrong(`${who} was told to be in ${loop} and never entered`);
}

/** What was accepted is stored once, and nothing else is stored. */
function checkEvents(world: Indexed, { book }: CheckContext, wrong: (what: string) => void): void {
  const stored = new Map<string, number>();
  for (const { message_id } of world.snapshot.events)
    if (message_id !== null) stored.set(message_id, (stored.get(message_id) ?? 0) + 1);
  for (const [messageId, count] of stored) {
    if (count > 1) wrong(`event ${messageId} is stored ${count} times`);
    if (!book.events.has(messageId)) wrong(`event ${messageId} is stored and nobody told of it`);
  }
  for (const { messageId, accepted, pending } of book.events.values()) {
    if (accepted && !stored.has(messageId)) wrong(`event ${messageId} was accepted and is lost`);
    if (!accepted && pending === 0 && stored.has(messageId)) wrong(`event ${messageId} was refused and is stored`);
  }
}

/** What the ledger says of each message is what its sink has seen of it, and what its customer did. */
function checkMessages(world: Indexed, { sink, book }: CheckContext, wrong: (what: string) => void): void {
  const byKey = new Map<string, MessageRow>();
  for (const message of world.snapshot.messages) {
    const here = nodeAt(world, message.node);
    const loop = here && world.loops.get(here.version)?.loop;
    const key = `${loop}.${here?.node.id}.${message.keyedAs}.${message.step}`;
    byKey.set(key, message);
    if (here?.node.type.contract !== 'channel') {
      wrong(`message ${key} is of a node that is no channel`);
      continue;
    }
    const seen = sink.book.get(key)?.times ?? [];
    const taken = seen.filter(({ did }) => took(did)).length;
    if (message.status === 'sent' && taken === 0) wrong(`message ${key} counts as sent, and never came to the sink`);
    if (message.status === 'suppressed' && message.reason === 'address' && seen.length > 0)
      wrong(`message ${key} is suppressed, and came to the sink`);
    if (message.status === 'failed' && seen.some(({ did }) => did === 'sent'))
      wrong(`message ${key} counts as failed, and the sink has taken it`);
    // Whoever sends a dead letter once more decides that it may go twice, and its customer has gone on.
    if (loop !== undefined && book.redriven.has(loop)) continue;
    if (here.node.type.delivery === 'at-most-once') {
      const unanswered = seen.slice(0, -1).find(({ did }) => did !== 'retry' && did !== 'later');
      if (unanswered) wrong(`message ${key} was sent once more after it came to the sink as ${unanswered.did}`);
    }
    const left = world.journeys
      .get(idOf(message))
      ?.find(({ step, port }) => step >= message.step && port !== marks.woken && port !== marks.placed);
    const port = left && here.node.ports[left.port]?.id;
    const meant = { sent: 'sent', unknown: 'sent', failed: 'failed', suppressed: 'suppressed' }[message.status];
    if (port !== undefined && port !== meant)
      wrong(`message ${key} is ${message.status}, and its customer left by ${port}`);
    if (left === undefined && meant !== undefined && (world.positions.get(idOf(message))?.length ?? 0) > 0)
      wrong(`message ${key} is ${message.status}, and its customer still stands there`);
  }
  for (const key of sink.book.keys())
    if (!byKey.has(key)) wrong(`the sink has got a message ${key} that the ledger does not know`);
  for (const [id, journey] of world.journeys)
    for (const [i, { node, port, step }] of journey.entries()) {
      const before = journey[i - 1];
      if (before?.port === marks.placed) continue;
      // Its receipt came while the loop was paused, which is a step of its own.
      const at = before?.port === marks.woken ? before.step : step;
      if (port < 0 || nodeAt(world, node)?.node.type.contract !== 'channel') continue;
      if (!world.messages.has(`${id}.${at}`))
        wrong(`enrollment ${id} left the channel ${node} at step ${step} without a message`);
    }
}

/** A change of state happens exactly once: each passing of a stamp has counted one up. */
function checkStamps(world: Indexed, wrong: (what: string) => void): void {
  const passed = new Map<number, number>();
  /** Of these nobody can tell: who was parked there was tried again, or let out without a stamp. */
  const perhaps = new Map<number, number>();
  for (const { customer, n } of world.snapshot.enrollments)
    for (const [i, { node, port }] of (world.journeys.get(`${customer}.${n}`) ?? []).entries())
      if (port >= 0 && nodeAt(world, node)?.node.type.type === 'sim/stamp') {
        const byHand = world.journeys.get(`${customer}.${n}`)?.[i - 1]?.port === marks.placed;
        const of = byHand ? perhaps : passed;
        of.set(customer, (of.get(customer) ?? 0) + 1);
      }
  for (const { id, merged_into, traits } of world.customers.values()) {
    if (merged_into !== null || world.snapshot.customers.some((each) => each.merged_into === id)) continue;
    const stamps = Number(traits.stamps ?? 0);
    const least = passed.get(id) ?? 0;
    if (stamps < least || stamps > least + (perhaps.get(id) ?? 0))
      wrong(`customer ${id} has ${stamps} stamps, and passed ${least}`);
  }
}

/** Nobody is still in a loop whose goal has been reached. */
function checkGoals(world: Indexed, { book }: CheckContext, wrong: (what: string) => void): void {
  if (book.wentBack) return;
  const ordered = new Map<number, number>();
  for (const { customer, type, received_at } of world.snapshot.events)
    if (type === 'order') ordered.set(customer, Math.max(received_at, ordered.get(customer) ?? 0));
  // Whoever is left of two has had what happened to the other, and not in its own loops.
  const several = new Set(world.snapshot.customers.flatMap(({ merged_into }) => merged_into ?? []));
  for (const enrollment of world.snapshot.enrollments) {
    if (several.has(enrollment.customer)) continue;
    const { goals = [] } = world.loops.get(enrollment.version)?.document ?? {};
    const byHand = world.journeys.get(idOf(enrollment))?.some(({ port }) => port === marks.placed);
    const last = ordered.get(enrollment.customer) ?? 0;
    if (goals.length > 0 && !byHand && enrollment.ended_at === null && last > enrollment.entered_at)
      wrong(
        `enrollment ${idOf(enrollment)} is still in its loop, and its goal was reached at ${last}, after it had entered at ${enrollment.entered_at}`,
      );
  }
}

/** Who is in a segment that has been filled is who its rule is true of. */
function checkMembers({ snapshot, customers }: Indexed, wrong: (what: string) => void): void {
  const members = new Set(snapshot.members.map(({ customer }) => customer));
  if (!snapshot.segments.some(({ filled_to }) => filled_to === null)) return;
  for (const { id, merged_into, traits } of customers.values())
    if (merged_into === null && members.has(id) !== (traits.city === inner))
      wrong(`customer ${id} lives in ${String(traits.city)}, and is ${members.has(id) ? '' : 'not '}in the segment`);
}

/** When all is done that is due, no message is on its way and no figures are wanting. */
function checkRest(world: Indexed, { now }: CheckContext, wrong: (what: string) => void): void {
  for (const message of world.snapshot.messages) {
    if (message.status === 'sending')
      wrong(`message of ${idOf(message)} at step ${message.step} is under way for ever`);
    if (message.status === 'queued' && message.due <= now)
      wrong(`message of ${idOf(message)} at step ${message.step} was due at ${message.due}`);
  }
  for (const { node, turn, due, figures } of world.snapshot.reports) {
    if (due !== null && due <= now) wrong(`the report ${node} of turn ${turn} was due at ${due}`);
    if (figures?.includes('"error"')) wrong(`the report ${node} of turn ${turn} failed: ${figures.slice(0, 200)}`);
  }
}
