import type { CustomerEvent } from '../plugin/customer.ts';
import type { JsonObject } from '../plugin/json.ts';
import type { Transaction } from '../store/database.ts';
import { keyedAs } from '../store/keyed-as.ts';
import { eventTypesOf, latestEvents } from './show-events.ts';

/** How a call went. The first three end the task; after the others it is to be tried again. */
export const callOutcomes = ['reached', 'refused', 'wrong-number', 'not-reached', 'call-back'] as const;
export type CallOutcome = (typeof callOutcomes)[number];

export const endsTask = (outcome: CallOutcome): boolean => outcome !== 'not-reached' && outcome !== 'call-back';

/** A call that a list has handed out and nobody has answered for. */
export interface CallTask {
  /** The key of its message, by which its events name it. */
  key: string;
  loop: string;
  loopName: string;
  node: string;
  list: string;
  phone: string;
  name: string | null;
  script: string;
  priority: string;
  /** By when the call should be made; ISO 8601 as the list has it. */
  due: string | null;
  createdAt: number;
  /** The customer has left the loop meanwhile: the call may be needless. */
  left: boolean;
  /** The calls that reached nobody, the latest first. */
  attempts: { at: number; outcome: string; note: string | null }[];
}

/** Told of a call that ends its task, and of one that does not: what a loop waits for. */
export const callCompleted = 'Call Completed';
export const callAttempted = 'Call Attempted';

/**
 * The calls of these customers that are open, the earliest due first. A message by telephone that carries a script is a call;
 * it is open from when it was handed out until an event says how it went: one that names it, or any later one by telephone.
 */
export async function openCallTasks(
  tx: Transaction,
  customer: number,
  parts: readonly number[] = [customer],
): Promise<CallTask[]> {
  const rows = await tx.all<{
    keyedAs: string;
    step: number;
    node: string;
    loop: string;
    loopName: string;
    address: string;
    body: string;
    createdAt: number;
    endedAt: number | null;
  }>(
    `SELECT ${keyedAs('m')} AS "keyedAs", m.step, x.node, v.loop, loop.name AS "loopName", m.address, m.body, m.created_at AS "createdAt",
       e.ended_at AS "endedAt"
     FROM message m JOIN enrollment e ON e.customer = m.customer AND e.n = m.n JOIN loop_node x ON x.ref = m.node JOIN loop_version v ON v.id = x.version JOIN loop ON loop.id = v.loop
     WHERE m.customer IN (SELECT value FROM ${tx.dialect.list('int')} AS wanted) AND m.channel = 'phone' AND m.status = 'sent'
     ORDER BY m.created_at DESC LIMIT 50`,
    [JSON.stringify(parts)],
  );
  const handedOut = rows.flatMap(({ body, ...row }) => {
    const call = JSON.parse(body) as JsonObject;
    return typeof call.script === 'string' ? [{ ...row, call }] : [];
  });
  const first = handedOut.at(-1);
  if (!first) return [];
  const told = await callsSince(tx, customer, first.createdAt);
  return handedOut
    .flatMap(({ call, address, keyedAs: as, step, endedAt, ...row }): CallTask[] => {
      const key = `${row.loop}.${row.node}.${as}.${step}`;
      const mine = told.filter(({ task, time }) => (task === null ? time >= row.createdAt : task === key));
      if (mine.some(({ ends }) => ends)) return [];
      return [
        {
          ...row,
          left: endedAt !== null,
          key,
          list: text(call.list) ?? '',
          phone: address,
          name: text(call.name),
          script: text(call.script) ?? '',
          priority: text(call.priority) ?? 'normal',
          due: text(call.due),
          attempts: mine.map(({ time, outcome, note }) => ({ at: time, outcome, note })),
        },
      ];
    })
    .sort((a, b) => (a.due ?? '~').localeCompare(b.due ?? '~'));
}

interface Told {
  task: string | null;
  time: number;
  outcome: string;
  note: string | null;
  ends: boolean;
}

/** What is told of calls since an instant, the latest first. */
async function callsSince(tx: Transaction, customer: number, since: number): Promise<Told[]> {
  const types = (await eventTypesOf(tx, customer)).filter(
    ({ category, last }) => category === 'contact' && last >= since,
  );
  const names = types.map(({ type }) => type);
  return (await latestEvents(tx, customer, names, 500)).flatMap(({ type, time, properties: said }): Told[] => {
    const task = text(said.task);
    const byPhone = said.channel === 'phone' || said.channel === 'call' || /\bcall/i.test(type.replaceAll('_', ' '));
    if (time < since || (task === null && !byPhone)) return [];
    const ends = type !== callAttempted;
    return [{ task, time, outcome: text(said.outcome) ?? type, note: text(said.note), ends }];
  });
}

/** How a call went, as an event: loops wait for it by its type, its list or its outcome. */
export const callEvent = (
  task: Pick<CallTask, 'key' | 'list' | 'loop' | 'node'>,
  { outcome, note, agent, now }: { outcome: CallOutcome; note?: string; agent: string; now: number },
): CustomerEvent => ({
  type: endsTask(outcome) ? callCompleted : callAttempted,
  category: 'contact',
  time: now,
  properties: {
    task: task.key,
    list: task.list,
    channel: 'phone',
    outcome,
    agent,
    ...(note ? { note } : {}),
  },
  // A task ends once, whoever answers for it twice.
  ...(endsTask(outcome) ? { messageId: `${task.key}.completed` } : {}),
});

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
