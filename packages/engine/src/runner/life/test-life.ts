import type { Receipt } from '../../plugin/index.ts';
import { channel, definePlugin, Registry, router, wait, writer, z } from '../../plugin/index.ts';
import * as customers from '../../customers/index.ts';
import { createReader } from '../../customers/reader.ts';
import * as store from '../../store/index.ts';
import { Engine } from '../engine.ts';
import { drawLoop, testEngine } from '../test-engine.ts';
import { createTransports } from '../transports.ts';
import { described, end, none, onCart, start } from '../test-nodes.ts';

/** Node types, a loop and questions for the tests of what people do to running loops. */
export const day = 86_400_000;

const delay = wait({
  type: 't/delay',
  stage: 'flow',
  ...described('Delay'),
  settings: z.object({ days: z.number().default(3) }),
  wait: ({ settings, now }) => ({ until: { at: now + settings.days * day, port: 'done' } }),
});

const reply = wait({
  type: 't/reply',
  stage: 'collect',
  ...described('Reply'),
  settings: z.object({ days: z.number().default(7) }),
  ports: [{ id: 'yes' }, { id: 'timeout' }],
  wait: ({ settings, now }) => ({
    until: { at: now + settings.days * day, port: 'timeout' },
    events: [{ type: 'answer', port: 'yes' }],
  }),
});

const old = router({
  type: 't/old',
  stage: 'segment',
  ...described('Old'),
  settings: none,
  ports: [{ id: 'old' }, { id: 'young' }],
  route: () => ({
    by: 'rules',
    cases: [{ port: 'old', when: { combinator: 'and', rules: [{ field: 'age', operator: '>=', value: 60 }] } }],
    otherwise: 'young',
  }),
});

/** An engine with a mailbox: what is sent stands in `mails`, what `receipts` says becomes of it. */
export async function lifeEngine(options: Parameters<typeof testEngine>[1] = {}) {
  const mails: { key: string; address: string }[] = [];
  const mailbox = {
    mails,
    /** What becomes of the next messages. */
    receive: async (_address: string): Promise<Receipt> => ({ status: 'sent' }),
    /** Whether the writer throws. */
    poison: true,
    stamped: 0,
  };
  const stamp = writer({
    type: 't/stamp',
    stage: 'aliment',
    ...described('Stamp'),
    settings: none,
    ports: [{ id: 'done' }, { id: 'left' }],
    handle: ({ batch }) => {
      if (mailbox.poison && batch.some(({ traits }) => traits.name === 'poison'))
        throw new Error('cannot swallow this');
      mailbox.stamped += batch.length;
      return {};
    },
  });
  const mail = channel({
    type: 't/mail',
    stage: 'interact',
    ...described('Mail'),
    settings: z.object({ text: z.string().default('') }),
    delivery: 'at-least-once',
    compose: ({ customer }) => ({ address: `c${customer.id}@example.com`, body: {}, cost: 1 }),
    connect: () => ({
      deliver: async ({ key, address }) => {
        mails.push({ key, address });
        return mailbox.receive(address);
      },
    }),
  });
  const nodes = [start, end, delay, reply, onCart, old, stamp, mail];
  const registry = new Registry([definePlugin({ name: 'test', nodes })]);
  const log = { info: () => {}, warn: () => {} };
  const transports = createTransports({ registry, log, folder: '', deliver: { 't/mail': {} } });
  const made = await testEngine(nodes, { transports, ...options });
  const { db, engine, clock } = made;

  /** Another engine on the same database, as another process would have it: what the first learns it is not told. */
  const another = async (on: store.Database = db): Promise<Engine> => {
    const other = new Engine({
      db: { ...on, shared: true },
      store,
      customers,
      registry,
      clock,
      transports,
      log,
      reader: (now) => createReader(db, now),
      worker: { id: 2, slot: 1 },
      limits: { turns: 1, reportAfter: 3_600_000, handlerTimeout: 5_000, seed: '', zone: 'UTC' },
    });
    await other.start();
    return other;
  };

  /** Works and delivers until nothing is due now; the clock stands still. */
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 1_000; i++) if ((await engine.work()) + (await engine.deliver()) === 0) return;
    throw new Error('expected the engine to come to rest');
  };
  /** Moves the clock on, and lets the engine do what is due then. */
  const after = async (milliseconds: number): Promise<void> => {
    clock.advanceTo(clock.now() + milliseconds);
    await settle();
  };

  /** Where everybody stands, by the id of the node and the number of the version. */
  const standing = async (): Promise<Record<string, number[]>> => {
    const rows = await db.read((tx) =>
      tx.all<{ customer: number; node: string; number: number }>(
        `SELECT p.customer, n.node, v.number FROM (
           SELECT customer, node FROM position UNION ALL SELECT customer, node FROM parked) p
         JOIN loop_node n ON n.ref = p.node JOIN loop_version v ON v.id = n.version ORDER BY p.customer`,
      ),
    );
    const found: Record<string, number[]> = {};
    for (const { customer, node, number } of rows) (found[`${node}@${number}`] ??= []).push(customer);
    return found;
  };
  const outcomes = async (): Promise<Record<string, string | null>> =>
    Object.fromEntries(
      (
        await db.read((tx) =>
          tx.all<{ customer: number; n: number; outcome: string | null }>(
            'SELECT customer, n, outcome FROM enrollment WHERE ended_at IS NOT NULL ORDER BY customer, n',
          ),
        )
      ).map(({ customer, n, outcome }) => [`${customer}.${n}`, outcome]),
    );
  /** Who stands and is parked adds up with what was counted, at every node of every version. */
  const countsAddUp = async (): Promise<boolean> => {
    const wrong = await db.read((tx) =>
      tx.all(
        `SELECT n.ref, t.balance, coalesce(p.count, 0) AS standing FROM loop_node n
         JOIN (SELECT node, sum(CASE WHEN port = -1 THEN count ELSE -count END) AS balance FROM tally GROUP BY node) t
           ON t.node = n.ref
         LEFT JOIN (SELECT node, count(*) AS count FROM (SELECT node FROM position UNION ALL SELECT node FROM parked) s
           GROUP BY node) p ON p.node = n.ref
         WHERE t.balance <> coalesce(p.count, 0)`,
      ),
    );
    return wrong.length === 0;
  };
  const audit = async (loop: string) =>
    (await db.read((tx) => store.readAudit(tx, loop, 50)))
      .toReversed()
      .map(({ actor, action, detail }) => ({ actor, action, ...JSON.parse(detail) }));
  return { ...made, another, mailbox, settle, after, standing, outcomes, countsAddUp, audit };
}

/** In, a wait for an answer, a message, a wait, out. */
export const rescue = (days = 7) =>
  drawLoop(
    'rescue',
    {
      in: ['t/in'],
      reply: ['t/reply', { days }],
      mail: ['t/mail'],
      delay: ['t/delay'],
      thanks: ['t/mail'],
      end: ['t/end'],
    },
    `
    in.entered -> reply
    reply.yes -> thanks
    reply.timeout -> mail
    mail.sent -> delay
    mail.failed -> delay
    mail.suppressed -> delay
    delay.done -> thanks
    thanks.sent -> end
    thanks.failed -> end
    thanks.suppressed -> end`,
  );
