import type { AnyNodeType, Contact, OutgoingMessage, Receipt, Transport } from '../plugin/index.ts';
import { channel, z } from '../plugin/index.ts';
import type { Parts, Transports } from './parts.ts';
import type { Rate } from './rate.ts';
import { drawLoop, testEngine } from './test-engine.ts';
import { described, end, start } from './test-nodes.ts';

/** A channel whose contact is what its settings say; `t/mail` goes at most once, `t/hook` at least once. */
const post = (type: string, delivery: 'at-least-once' | 'at-most-once', contact: boolean) =>
  channel({
    type,
    stage: 'interact',
    ...described(type),
    settings: z.object({
      channel: z.string().default('email'),
      purpose: z.string().default('marketing'),
      consent: z.enum(['given', 'notRefused', 'notNeeded', 'asked']).default('notNeeded'),
    }),
    delivery,
    concurrency: 4,
    compose: ({ customer }) => ({ address: `c${customer.id}`, body: { hello: customer.id }, cost: 1 }),
    connect: () => ({ deliver: async () => ({ status: 'sent' }) }),
    ...(contact ? { contact: (settings: Contact) => settings } : {}),
  });

export const mail = post('t/mail', 'at-most-once', true);
export const hook = post('t/hook', 'at-least-once', false);

/** What the other side of a channel does with a message. */
export type Answer = (message: OutgoingMessage, settings: unknown) => Receipt | Promise<Receipt>;
export type Sent = { key: string; attempt: number; at: number; type: string; links: OutgoingMessage['links'] };

export const sent: Receipt = { status: 'sent' };

/** An engine whose channels end in a book of what has come, and do with it what a test says. */
export async function postOffice(
  answers: Readonly<Record<string, Answer>> = {},
  options: {
    rates?: Readonly<Record<string, Rate>>;
    isLocal?: boolean;
    open?: (type: string) => Promise<Transport>;
    handlerTimeout?: number;
    url?: string;
    worker?: { id: number; slot: number };
    permission?: Parts['permission'];
    /** Besides those that every test has. */
    nodes?: readonly AnyNodeType[];
  } = {},
) {
  const book: Sent[] = [];
  let now = () => 0;
  const transports: Transports = {
    isLocal: () => options.isLocal ?? false,
    rateOf: (type) => options.rates?.[type],
    open: async (type) =>
      options.open
        ? options.open(type)
        : {
            deliver: async (message, { settings }) => {
              book.push({ key: message.key, attempt: message.attempt, at: now(), type, links: message.links });
              return (answers[type] ?? (() => sent))(message, settings);
            },
          },
    close: async () => {},
  };
  const limits = { handlerTimeout: options.handlerTimeout ?? 5_000 };
  const office = await testEngine([start, end, mail, hook, ...(options.nodes ?? [])], {
    transports,
    limits,
    ...(options.url === undefined ? {} : { url: options.url }),
    ...(options.worker ? { worker: options.worker } : {}),
    ...(options.permission ? { permission: options.permission } : {}),
  });
  now = () => office.clock.now();

  /** A loop of one channel, with all its ports. */
  const publish = (id: string, type: string, settings: Record<string, unknown> = {}, priority?: number) =>
    office.engine.publish({
      ...drawLoop(
        id,
        { in: ['t/in'], post: [type, settings], end: ['t/end'] },
        'in.entered -> post\npost.sent -> end\npost.failed -> end\npost.suppressed -> end',
      ),
      ...(priority === undefined ? {} : { priority }),
    });
  const work = async () => {
    while ((await office.engine.work()) > 0);
  };
  /** The ledger, as the store holds it. */
  const ledger = () =>
    office.db.read((tx) =>
      tx.all<{
        customer: number;
        status: string;
        attempts: number;
        reason: string | null;
        detail: string | null;
        due: number;
      }>('SELECT customer, status, attempts, reason, detail, due FROM message ORDER BY customer, n, step'),
    );
  const ports = async (loop: string) => (await office.counts(loop)).post?.ports;
  return { ...office, book, publish, work, ledger, ports };
}
