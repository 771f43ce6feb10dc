import type { ServerLog } from './log.ts';
import type { Counts } from './shapes/loop.ts';

type Listener = (counts: Counts) => void;

interface Poller {
  readonly listeners: Set<Listener>;
  last: { counts: Counts; text: string } | undefined;
  timer: NodeJS.Timeout | undefined;
}

/**
 * The counts of a loop for any number of listeners by one poll. A poller has two states: it polls while somebody listens,
 * and is gone when nobody does. The next poll is set only after the last has answered, so a slow engine is asked less often.
 */
export class LiveCounts {
  readonly #ask: (loop: string) => Promise<Counts | undefined>;
  readonly #log: ServerLog;
  readonly #every: number;
  readonly #pollers = new Map<string, Poller>();

  constructor(ask: (loop: string) => Promise<Counts | undefined>, log: ServerLog, every = 250) {
    this.#ask = ask;
    this.#log = log;
    this.#every = every;
  }

  /** Tells the counts at once when they are known, and then whenever they changed. */
  listen(loop: string, listener: Listener): () => void {
    const poller = this.#pollers.get(loop) ?? this.#start(loop);
    poller.listeners.add(listener);
    if (poller.last) listener(poller.last.counts);
    return () => {
      poller.listeners.delete(listener);
      if (poller.listeners.size > 0) return;
      clearTimeout(poller.timer);
      if (this.#pollers.get(loop) === poller) this.#pollers.delete(loop);
    };
  }

  #start(loop: string): Poller {
    const poller: Poller = { listeners: new Set(), last: undefined, timer: undefined };
    this.#pollers.set(loop, poller);
    void this.#poll(loop, poller);
    return poller;
  }

  async #poll(loop: string, poller: Poller): Promise<void> {
    try {
      const counts = await this.#ask(loop);
      if (counts) this.#tell(poller, counts);
    } catch (error) {
      this.#log.error({ loop, error: (error as Error).message }, 'counts for a live feed failed');
    }
    if (this.#pollers.get(loop) === poller) poller.timer = setTimeout(() => void this.#poll(loop, poller), this.#every);
  }

  #tell(poller: Poller, counts: Counts): void {
    // When they were taken is no change.
    const text = JSON.stringify({ ...counts, at: 0 });
    if (text === poller.last?.text) return;
    poller.last = { counts, text };
    for (const listener of poller.listeners) listener(counts);
  }
}
