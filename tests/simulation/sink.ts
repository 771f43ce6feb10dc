import type { NodeContext, OutgoingMessage, Receipt, Transport } from '../../packages/engine/src/plugin/index.ts';
import type { Gates, Life } from './gates.ts';
import { Random, seedOf } from './random.ts';
import { onPurpose } from './faulty-database.ts';

/** What the other side of a channel knows of one message. */
export interface Delivered {
  key: string;
  address: string;
  /** Every time it came: in which life of the engine, which attempt the engine called it, what the other side did. */
  times: { life: number; attempt: number; did: Answer; clock: number }[];
}

/** lost: it is taken, and the answer never comes. throws: the line breaks before anything is taken. */
export type Answer = 'sent' | 'failed' | 'retry' | 'later' | 'unknown' | 'lost' | 'throws';

const answers: Record<'at-least-once' | 'at-most-once', Partial<Record<Answer, number>>> = {
  'at-least-once': { sent: 60, failed: 8, retry: 8, later: 8, lost: 8, throws: 8 },
  'at-most-once': { sent: 60, failed: 8, retry: 8, later: 4, unknown: 4, lost: 8, throws: 8 },
};

export const took = (answer: Answer): boolean => answer === 'sent' || answer === 'lost' || answer === 'unknown';

/** The other side of all channels. It lives on when the engine dies, and keeps a book of what has come. */
export class Sink {
  readonly book = new Map<string, Delivered>();
  readonly #seed: number;
  readonly #seen: (answer: Answer) => void;

  constructor(seed: number, seen: (answer: Answer) => void) {
    this.#seed = seed;
    this.#seen = seen;
  }

  /** A line to it for one life of the engine. What it answers hangs on the message and the attempt, not on who comes first. */
  line(life: Life, gates: Gates, delivery: 'at-least-once' | 'at-most-once', calm: () => boolean): Transport {
    return {
      deliver: async (message: OutgoingMessage, { now }: NodeContext<unknown>): Promise<Receipt> => {
        await gates.pass(life, `to the sink ${message.key}`);
        const delivered = this.book.get(message.key) ?? { key: message.key, address: message.address, times: [] };
        this.book.set(message.key, delivered);
        const random = new Random(seedOf(`${this.#seed} ${message.key} ${delivered.times.length}`));
        const known = delivery === 'at-least-once' && delivered.times.some(({ did }) => took(did));
        // It is idempotent: what it has taken it takes for done, whatever it says of others.
        const did = calm() || known ? 'sent' : random.weighted(answers[delivery]);
        delivered.times.push({ life: life.number, attempt: message.attempt, did, clock: now });
        this.#seen(did);
        await gates.pass(life, `from the sink ${message.key}`);
        switch (did) {
          case 'sent':
          case 'failed':
          case 'unknown':
            return { status: did };
          case 'retry':
            return { status: 'retry' };
          case 'later':
            return { status: 'retry', after: random.between(1, 3_600_000) };
          case 'lost':
          case 'throws':
            throw new Error(`the line broke: ${onPurpose}`);
        }
      },
    };
  }
}
