import { lifeStates, standsStill } from '../../machine/index.ts';
import { cached } from '../../server/cached.ts';
import type { Figure } from '../../server/index.ts';
import { messageStatuses } from '../../server/shapes/message.ts';
import { suppressionReasons } from '../../server/shapes/permission.ts';
import type { Transaction } from '../../store/index.ts';
import { countAside, countDueOptIns, countPendingOptIns, countSuppressions, intakeState } from '../../store/index.ts';

type Read = <T>(work: (tx: Transaction) => Promise<T>) => Promise<T>;

/** How old a figure may be that takes reading a whole table, in milliseconds. */
const longestKept = 60_000;

/** Loops whose customers are moved and written to; in the others what is due is meant to wait. */
const going = lifeStates
  .filter((state) => !standsStill(state))
  .map((state) => `'${state}'`)
  .join(', ');
const nodesThatGo = `SELECT n.ref FROM loop l JOIN loop_version v ON v.loop = l.id JOIN loop_node n ON n.version = v.id
  WHERE l.state IN (${going})`;

/** What an administrator watches, and has alarms on: how much is due and for how long, who is set aside, what has not gone out. */
export function createFigures(read: Read, now: () => number): () => Promise<Figure[]> {
  const large = cached(longestKept, () => read(readLarge));
  return async () => {
    const { customers, sent, suppressed, addresses } = await large.get();
    return read(async (tx) => {
      const at = now();
      const steps = await dueIn(tx, 'position', 'TRUE', at);
      const letters = await dueIn(tx, 'message', `p.status = 'queued'`, at);
      const intake = await intakeState(tx);
      const messages: Record<string, number> = { sent, suppressed };
      // Each is asked as its index is, which holds no other messages.
      for (const status of ['queued', 'sending'])
        messages[status] = await count(tx, `message WHERE status = '${status}'`);
      Object.assign(messages, await countBy(tx, `status IN ('failed', 'unknown')`));
      const loops = await tx.all<{ state: string; count: number }>(
        'SELECT state, count(*) AS count FROM loop GROUP BY state',
      );
      return [
        { name: 'osicam_customers', help: 'Customers in the base', value: customers },
        {
          name: 'osicam_enrollments_live',
          help: 'Customers who are in a loop now',
          value: await count(tx, 'position'),
        },
        {
          name: 'osicam_enrollments_parked',
          help: 'Customers set aside with an error, until somebody retries or releases them',
          value: await count(tx, 'parked'),
        },
        {
          name: 'osicam_steps_due',
          help: 'Customers of loops that go on whose step is due and has not been made',
          value: steps.count,
        },
        {
          name: 'osicam_steps_oldest_due_seconds',
          help: 'For how long the step that waits longest has been due; 0 when none is',
          value: steps.age,
        },
        {
          name: 'osicam_messages_due',
          help: 'Messages of loops that go on that are due and have not been handed over, as while a rate holds them',
          value: letters.count,
        },
        {
          name: 'osicam_messages_oldest_due_seconds',
          help: 'For how long the message that waits longest has been due; 0 when none is',
          value: letters.age,
        },
        {
          name: 'osicam_intake_rows',
          help: 'Requests of tracking clients that are on disk and have not been worked in',
          value: intake.rows,
        },
        {
          name: 'osicam_intake_oldest_seconds',
          help: 'For how long the oldest of them has lain there, by the clock of the loops; 0 when none does',
          value: intake.oldest === undefined ? 0 : Math.max(0, at - intake.oldest) / 1000,
        },
        {
          name: 'osicam_intake_aside',
          help: 'Calls that could not be worked in, until somebody retries or discards them',
          value: await countAside(tx),
        },
        ...messageStatuses.map((status) => ({
          name: 'osicam_messages',
          help: 'Messages by what became of them; failed and unknown wait for a redrive, sent and suppressed are of the last minute',
          value: messages[status] ?? 0,
          labels: { status },
        })),
        ...(['draft', 'running', 'paused', 'archived'] as const).map((state) => ({
          name: 'osicam_loops',
          help: 'Loops by where they are in their life',
          value: loops
            .filter((row) => (row.state === 'archived-still' ? 'archived' : row.state) === state)
            .reduce((sum, row) => sum + row.count, 0),
          labels: { state },
        })),
        ...suppressionReasons.map((reason) => ({
          name: 'osicam_suppressed_addresses',
          help: 'Addresses that nothing is sent to, by why; of the last minute',
          value: addresses[reason] ?? 0,
          labels: { reason },
        })),
        {
          name: 'osicam_opt_ins_pending',
          help: 'Double opt-ins that wait for the click in their mail',
          value: await countPendingOptIns(tx, at),
        },
        {
          name: 'osicam_opt_in_mails_due',
          help: 'Mails of double opt-ins that are due and have not been sent',
          value: await countDueOptIns(tx, at),
        },
      ];
    });
  };
}

/** Read from the table itself: a million rows take a part of a second. */
async function readLarge(tx: Transaction) {
  const { sent = 0, suppressed = 0 } = await countBy(tx, `status IN ('sent', 'suppressed')`);
  const addresses: Record<string, number> = {};
  for (const row of await countSuppressions(tx)) addresses[row.reason] = (addresses[row.reason] ?? 0) + row.count;
  return { customers: await count(tx, 'customer WHERE merged_into IS NULL'), sent, suppressed, addresses };
}

async function countBy(tx: Transaction, which: string): Promise<Record<string, number>> {
  const rows = await tx.all<{ status: string; count: number }>(
    `SELECT status, count(*) AS count FROM message WHERE ${which} GROUP BY status`,
  );
  return Object.fromEntries(rows.map((row) => [row.status, row.count]));
}

/** Crossed rather than joined, so that SQLite looks at what is due of each node, and not at all who wait. */
async function dueIn(
  tx: Transaction,
  table: 'position' | 'message',
  which: string,
  now: number,
): Promise<{ count: number; age: number }> {
  const row = await tx.first<{ count: number; first: number | null }>(
    `SELECT count(*) AS count, min(p.due) AS first FROM (${nodesThatGo}) g
     CROSS JOIN ${table} p WHERE p.node = g.ref AND p.due <= ? AND ${which}`,
    [now],
  );
  return { count: row?.count ?? 0, age: row?.first == null ? 0 : Math.max(0, now - row.first) / 1000 };
}

const count = async (tx: Transaction, what: string): Promise<number> =>
  (await tx.first<{ count: number }>(`SELECT count(*) AS count FROM ${what}`))?.count ?? 0;
