import type { ChannelType, Transport } from '../plugin/index.ts';
import type { MessageRef } from '../store/index.ts';
import { describeError, within } from './attempt.ts';
import type { Outgoing } from './deliver-message.ts';
import { deliverMessage, toSettlement } from './deliver-message.ts';
import type { Parts } from './parts.ts';
import type { Settled } from './settle-messages.ts';
import { refOf } from './settle-messages.ts';

const firstRest = 1_000;
const longestRest = 300_000;
/** Messages claimed and not settled, at most. A sink within the process takes no time: there the commits are all that counts. */
const mostClaimed = { away: 200, local: 1_000 } as const;

/**
 * One channel of this process: its way out, what has been claimed for it, and what is under way. It has three modes: closed
 * (nothing needs it yet, or its way out could not be opened: then it rests), opening, and open.
 */
export class Lane {
  readonly type: ChannelType;
  /** What became of messages, to be written down. */
  results: Settled[] = [];
  /** Whose turn it is to be first. */
  rotation = 0;
  /** There may be something to claim: it has just been opened, or its last claim left something behind. */
  hasMore = false;
  readonly #parts: Parts;
  readonly #tell: () => void;
  #queue: Outgoing[] = [];
  readonly #held = new Set<string>();
  #running = 0;
  #transport: Transport | undefined;
  #isOpening = false;
  #failures = 0;
  #restsFrom = 0;
  #restsUntil = 0;

  constructor(parts: Parts, type: ChannelType, tell: () => void) {
    this.#parts = parts;
    this.type = type;
    this.#tell = tell;
  }

  /** Deliveries that may be under way at once. */
  get width(): number {
    const width = Math.max(1, Math.floor(this.#transport?.concurrency ?? this.type.concurrency ?? 10) || 1);
    return Math.min(width, this.#parts.transports.rateOf?.(this.type.type)?.concurrency ?? width);
  }

  /**
   * How many messages may be claimed now. A lane is kept fed while its last messages are still under way, and claims many at
   * a time: a commit waits for the disk. One with a rate begins what it claims at once, so that it counts when it goes. What
   * is claimed and never begun costs: of an at-most-once message nobody knows, after a crash, that it was not.
   */
  get room(): number {
    const under = this.#running + this.#queue.length;
    const isTimed = this.#parts.transports.rateOf?.(this.type.type) !== undefined;
    if (isTimed) return this.width - under;
    return under > this.#most / 2 ? 0 : this.#most - under;
  }

  get #most(): number {
    if (this.#parts.transports.isLocal(this.type.type)) return mostClaimed.local;
    return Math.min(mostClaimed.away, this.width * 20);
  }

  get isIdle(): boolean {
    return (
      this.#running === 0 && this.#queue.length === 0 && this.results.length === 0 && !this.#isOpening && !this.hasMore
    );
  }

  /** Something is to be done for it: outcomes to write down, or hands that are free. */
  get wantsAttention(): boolean {
    if (this.results.length >= this.#most / 2 || (this.results.length > 0 && this.#running === 0)) return true;
    return this.hasMore && this.room >= Math.max(1, Math.min(this.width, this.#most) >> 1);
  }

  /** When it goes on; a clock that was put back since ends the rest. */
  restsUntil(now: number): number {
    return now < this.#restsFrom ? 0 : this.#restsUntil;
  }

  rest(from: number, until: number): void {
    this.#restsFrom = from;
    this.#restsUntil = until;
  }

  /** The open way out; opens one otherwise, and tells when that is done. */
  open(now: number): Transport | undefined {
    if (this.#transport || this.#isOpening) return this.#transport;
    this.#isOpening = true;
    const { transports, limits, log } = this.#parts;
    void within(limits.handlerTimeout, `the way out of ${this.type.type}`, () => transports.open(this.type.type))
      .then(
        (transport) => {
          this.#transport = transport;
          this.#failures = 0;
          this.hasMore = true;
        },
        (error: unknown) => {
          const rests = Math.min(firstRest * 2 ** this.#failures++, longestRest);
          this.rest(now, now + rests);
          log.warn('a channel has no way out, and rests', { type: this.type.type, error: describeError(error), rests });
        },
      )
      .finally(() => {
        this.#isOpening = false;
        this.#tell();
      });
    return undefined;
  }

  /** Sends these, as many at once as it is wide. */
  start(messages: readonly Outgoing[], transport: Transport): void {
    for (const { message } of messages) this.#held.add(refOf(message));
    this.#queue.push(...messages);
    while (this.#running < this.width && this.#queue.length > 0) void this.#run(transport);
  }

  async #run(transport: Transport): Promise<void> {
    this.#running++;
    const { clock, stations } = this.#parts;
    for (let next = this.#queue.shift(); next; next = this.#queue.shift()) {
      // Its loop may have been paused since it was claimed.
      if (stations.byRef(next.station.ref)?.version.paused) {
        this.#giveBack(next, clock.now());
        continue;
      }
      const receipt = await deliverMessage(this.#parts, transport, next, clock.now());
      const settlement = toSettlement(next, receipt, clock.now());
      const { status } = settlement;
      const bounce = next.channel !== undefined && status === 'failed' ? receipt.bounce : undefined;
      this.results.push({
        ...settlement,
        station: next.station,
        ...(bounce ? { bounce: { type: bounce, channel: next.channel as string, address: next.message.address } } : {}),
      });
      if (this.wantsAttention) this.#tell();
    }
    this.#running--;
    if (this.wantsAttention || this.isIdle) this.#tell();
  }

  /** Gives back what has been claimed and not begun. */
  release(now: number): void {
    this.hasMore = false;
    for (const outgoing of this.#queue.splice(0)) this.#giveBack(outgoing, now);
  }

  #giveBack({ station, message, worker }: Outgoing, now: number): void {
    const { customer, n, step, attempts, due } = message;
    this.results.push({
      customer,
      n,
      step,
      attempts,
      worker,
      due,
      station,
      status: 'queued',
      untried: true,
      at: now,
      detail: null,
    });
  }

  /** What is claimed and not written down yet. */
  holds(message: MessageRef): boolean {
    return this.#held.has(refOf(message));
  }

  /** These have been written down. */
  forget(messages: readonly MessageRef[]): void {
    for (const message of messages) this.#held.delete(refOf(message));
  }
}
