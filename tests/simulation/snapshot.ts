import type { Transaction } from '../../packages/engine/src/store/index.ts';
import { keyedAs } from '../../packages/engine/src/store/keyed-as.ts';

export interface JournalRow {
  customer: number;
  n: number;
  step: number;
  at: number;
  turn: number;
  path: number;
  until: number | null;
}
export interface EnrollmentRow {
  customer: number;
  n: number;
  version: number;
  entered_at: number;
  node: number;
  key: string;
  quiet: number;
  ended_at: number | null;
  outcome: string | null;
}
export interface PositionRow {
  node: number;
  due: number;
  customer: number;
  n: number;
  step: number;
  turn: number;
  phase: number;
}
export interface ParkedRow {
  customer: number;
  n: number;
  node: number;
  step: number;
  turn: number;
  error: string;
}
export interface MessageRow {
  customer: number;
  n: number;
  step: number;
  node: number;
  turn: number;
  status: string;
  due: number;
  attempts: number;
  detail: string | null;
  reason: string | null;
  /** `<customer>.<n>` of its key. */
  keyedAs: string;
}

/** Everything in the database that says where anybody stands and what became of anything. */
export async function snapshot(tx: Transaction) {
  const all = <R extends object>(sql: string) => tx.all<R>(sql);
  return {
    versions: await all<{ id: number; loop: string; document: string }>(
      'SELECT id, loop, document FROM loop_version ORDER BY id',
    ),
    nodes: await all<{ ref: number; version: number; node: string }>(
      'SELECT ref, version, node FROM loop_node ORDER BY ref',
    ),
    customers: await all<{ id: number; merged_into: number | null; traits: string }>(
      `SELECT id, merged_into, ${tx.dialect.json('traits')} AS traits FROM customer ORDER BY id`,
    ),
    identities: await all<{ kind: string; value: string; customer: number }>(
      'SELECT kind, value, customer FROM identity ORDER BY kind, value',
    ),
    enrollments: await all<EnrollmentRow>(
      'SELECT customer, n, version, entered_at, node, key, quiet, ended_at, outcome FROM enrollment ORDER BY customer, n',
    ),
    positions: await all<PositionRow>(
      'SELECT node, due, customer, n, step, turn, phase FROM position ORDER BY customer, n',
    ),
    parked: await all<ParkedRow>('SELECT customer, n, node, step, turn, error FROM parked ORDER BY customer, n'),
    journal: await all<JournalRow>(
      'SELECT customer, n, step, at, turn, path, until FROM journal ORDER BY customer, n, step',
    ),
    paths: await all<{ path: number; i: number; node: number; port: number }>(
      'SELECT path, i, node, port FROM path_step ORDER BY path, i',
    ),
    subscriptions: await all<{ customer: number; event: string; n: number; node: number; due: number }>(
      'SELECT customer, event, n, node, due FROM subscription ORDER BY customer, event, n',
    ),
    messages: await all<MessageRow>(
      `SELECT customer, n, step, node, turn, status, due, attempts, detail, reason, ${keyedAs('message')} AS "keyedAs"
       FROM message ORDER BY customer, n, step`,
    ),
    tally: await all<{ node: number; port: number; count: number }>(
      'SELECT node, port, sum(count) AS count FROM tally GROUP BY node, port ORDER BY node, port',
    ),
    events: await all<{
      customer: number;
      type: string;
      time: number;
      received_at: number;
      message_id: string | null;
    }>('SELECT customer, type, time, received_at, message_id FROM event ORDER BY customer, time, type, message_id'),
    segments: await all<{ ref: number; id: string; filled_to: number | null }>(
      'SELECT ref, id, filled_to FROM segment ORDER BY ref',
    ),
    members: await all<{ customer: number; segment: number }>(
      'SELECT customer, segment FROM membership ORDER BY customer, segment',
    ),
    reports: await all<{ node: number; turn: number; due: number | null; figures: string | null }>(
      'SELECT node, turn, due, figures FROM report ORDER BY node, turn',
    ),
  };
}

export type Snapshot = Awaited<ReturnType<typeof snapshot>>;
