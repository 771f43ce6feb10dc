import { parseDuration } from '../../rule/index.ts';
import type { Standing, Transaction } from '../../store/index.ts';
import type { Parts } from '../parts.ts';
import { chunk } from '../parts.ts';
import type { Chunk } from './audit-trail.ts';
import { inChunks } from './audit-trail.ts';
import { locateThose } from './cancel.ts';
import { decideLife } from './change-life.ts';
import { endThose, locatedAt } from './end-those.ts';
import { LifeError, unsound } from './life-error.ts';
import type { Overdue } from './overdue.ts';
import { overdueOf } from './overdue.ts';
import { versionsOf } from './selection.ts';
import type { Place } from './walk-standing.ts';
import { start, walkStanding } from './walk-standing.ts';

/** What becomes of all that has come due while a loop was paused. */
export interface ResumeChoice {
  /** continue: as if nothing had been. skip: they go on, but get no message before their next wait. exit: they leave the loop. spread: evenly over a time. */
  overdue: 'continue' | 'skip' | 'exit' | 'spread';
  /** With spread: over how long, as PT6H. */
  over?: string | undefined;
}

/** First those who stand at nodes, then the messages that are due, node by node. Then the loop runs. */
type Stage =
  | { standing: Place; done: Readonly<Record<number, number>> }
  | { messages: number; done: Readonly<Record<number, number>> }
  | 'run';

interface Resuming {
  parts: Parts;
  loop: string;
  nodes: readonly number[];
  /** What is due after this instant is not overdue. */
  until: number;
  choice: ResumeChoice;
  over: number;
  /** How many there are at each node, of positions and of messages. */
  total: ReadonlyMap<number, { standing: number; messages: number }>;
}

/**
 * Lets a paused loop go on once the choice has been carried out for all that has come due meanwhile: arrivals, waits,
 * messages. It stays paused until the last chunk, so that a process that dies on the way leaves a paused loop, and asking
 * again goes on with what is left. Answers what was overdue.
 */
export async function resume(parts: Parts, loop: string, choice: ResumeChoice, actor: string): Promise<Overdue> {
  const { db, store, clock } = parts;
  const over = choice.overdue === 'spread' ? durationOf(choice.over) : 0;
  const until = clock.now();
  const { resuming, overdue } = await db.write(async (tx) => {
    await decideLife(parts, tx, loop, 'resume');
    await expectSameChoice(parts, tx, loop, choice);
    const nodes = (await versionsOf(parts, tx, loop)).flatMap(({ refs }) => [...refs.values()]);
    const counted = await store.countOverdue(tx, nodes, until);
    const total = new Map(
      counted.map(({ node, arrived, overdue: waited, messages }) => [node, { standing: arrived + waited, messages }]),
    );
    const state = await store.readLoopState(tx, loop);
    if (!state) throw new LifeError('unknown', `there is no loop ${loop}`);
    return {
      resuming: { parts, loop, nodes: [...total.keys()], until, choice, over, total } satisfies Resuming,
      overdue: await overdueOf(tx, state, until),
    };
  }, 'life');
  const detail = { overdue: choice.overdue, ...(choice.over ? { over: choice.over } : {}), found: overdue.total };
  const first: Stage = choice.overdue === 'continue' ? 'run' : { standing: start, done: {} };
  await inChunks<Stage>(parts, { loop, actor, action: 'resume', detail }, first, (tx, stage, now) => {
    if (stage === 'run') return run(resuming, tx, now);
    return 'standing' in stage ? standing(resuming, tx, stage, now) : messages(resuming, tx, stage, now);
  });
  return overdue;
}

function durationOf(over: string | undefined): number {
  if (over === undefined) throw unsound('to spread what is overdue takes a time, as "over": "PT6H"');
  try {
    const milliseconds = parseDuration(over);
    if (milliseconds > 0) return milliseconds;
  } catch (error) {
    throw unsound(`over: ${(error as Error).message}`);
  }
  throw unsound('over: expected a time longer than nothing, as PT6H');
}

/** Half of them skipped and half of them sent to is what nobody has chosen. */
async function expectSameChoice(parts: Parts, tx: Transaction, loop: string, choice: ResumeChoice): Promise<void> {
  const [last] = await parts.store.readAudit(tx, loop, 1);
  if (last?.action !== 'resume') return;
  const { overdue, done } = JSON.parse(last.detail) as { overdue: string; done: boolean };
  if (!done && overdue !== choice.overdue)
    throw new LifeError(
      'conflict',
      `the loop ${loop} was being resumed with ${overdue} when the engine stopped: ask for the same again, so that all are dealt with alike`,
    );
}

/** What was chosen, for the next chunk of those who stand at nodes. */
async function standing(
  resuming: Resuming,
  tx: Transaction,
  stage: Extract<Stage, { standing: Place }>,
  now: number,
): Promise<Chunk<Stage>> {
  const { parts, loop, nodes, until, choice } = resuming;
  const found = await walkStanding(parts, tx, nodes, { place: stage.standing, until });
  if (!found) return { counts: {}, next: { messages: 0, done: {} } };
  const { node, rows, next } = found;
  const before = stage.done[node] ?? 0;
  if (choice.overdue === 'skip') await parts.store.silence(tx, rows);
  else if (choice.overdue === 'exit') await endThose(parts, tx, locatedAt(node, rows, loop), exit, now);
  else await spread(resuming, tx, node, rows, before, now);
  return {
    counts: { enrollments: rows.length },
    next: { standing: next, done: { ...stage.done, [node]: before + rows.length } },
  };
}

const exit = { outcome: 'exit', detail: 'the customer left the loop when it went on after a pause' } as const;

/** The i-th of so many over a time from now on: in their order, evenly, and none of them due at once. */
const share = ({ until, over }: Resuming, i: number, total: number) =>
  until + 1 + Math.floor((Math.min(i, total - 1) * over) / total);

async function spread(
  resuming: Resuming,
  tx: Transaction,
  node: number,
  rows: readonly Standing[],
  before: number,
  now: number,
): Promise<void> {
  const { parts } = resuming;
  const total = Math.max(1, resuming.total.get(node)?.standing ?? 0);
  const placements = rows.map(({ customer, n, step, turn, due, since, phase }, i) => ({
    customer,
    n,
    step,
    turn,
    from: { node, due },
    to: { node, due: share(resuming, before + i, total), since, phase },
  }));
  await parts.store.placeEnrollments(tx, placements, { now, worker: parts.worker.slot });
  const waiting = placements.filter(({ to }) => to.phase === 1);
  await parts.store.followWaits(
    tx,
    waiting.map(({ customer, n, to }) => ({ customer, n, node, due: to.due })),
  );
}

/** What was chosen, for the next chunk of messages that are due at one node. */
async function messages(
  resuming: Resuming,
  tx: Transaction,
  stage: Extract<Stage, { messages: number }>,
  now: number,
): Promise<Chunk<Stage>> {
  const { parts, nodes, until, choice } = resuming;
  const node = nodes[stage.messages];
  if (node === undefined) return { counts: {}, next: 'run' };
  const before = stage.done[node] ?? 0;
  const due = await parts.store.overdueMessages(tx, node, {
    until,
    limit: chunk.set,
    // Only who is skipped keeps its message as it is: the policy suppresses it when it would be sent.
    offset: choice.overdue === 'skip' ? before : 0,
  });
  if (due.length === 0) return { counts: {}, next: { messages: stage.messages + 1, done: stage.done } };
  if (choice.overdue === 'skip') await parts.store.silence(tx, due);
  else if (choice.overdue === 'exit') {
    const who = due.map(({ customer, n }) => [customer, n] as const);
    await endThose(parts, tx, await locateThose(parts, tx, who), exit, now);
    await parts.store.dropMessages(tx, due, { now, detail: exit.detail });
  } else {
    const total = Math.max(1, resuming.total.get(node)?.messages ?? 0);
    await parts.store.delayMessages(
      tx,
      due.map((each, i) => ({ ...each, due: share(resuming, before + i, total) })),
    );
  }
  return {
    counts: { messages: due.length },
    next: { messages: stage.messages, done: { ...stage.done, [node]: before + due.length } },
  };
}

async function run({ parts, loop }: Resuming, tx: Transaction, now: number): Promise<Chunk<Stage>> {
  const { next } = await decideLife(parts, tx, loop, 'resume');
  await parts.store.setLoopState(tx, { loop, state: next, now });
  return { counts: {}, next: undefined };
}
