import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import { schemaLock, slotLocks } from './one-at-a-time.ts';
import { isConnectionLoss, toStoreError } from './postgres-errors.ts';

/** How long between two attempts to come back, in milliseconds. */
const pause = 250;

/**
 * A place among the workers of a database: the lowest number that nobody holds, as a lock of a connection of its own, which
 * the server gives free when the process ends, however it ends. A connection that breaks is made again, with the same number
 * if it is still free. `onTaken` is told each time, before anything else is done.
 */
export class Slot {
  readonly #url: string;
  readonly #onTaken: (slot: number) => Promise<void>;
  #client: pg.Client | undefined;
  #isClosed = false;
  #slot = 0;

  private constructor(url: string, onTaken: (slot: number) => Promise<void>) {
    this.#url = url;
    this.#onTaken = onTaken;
  }

  static async take(url: string, place: string, onTaken: (slot: number) => Promise<void>): Promise<Slot> {
    const slot = new Slot(url, onTaken);
    try {
      await slot.#connect();
    } catch (error) {
      throw toStoreError(error, place);
    }
    return slot;
  }

  get number(): number {
    return this.#slot;
  }

  async #connect(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.#url,
      application_name: 'osicam worker',
      connectionTimeoutMillis: 10_000,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
    });
    let isIn = false;
    client.on('error', () => undefined);
    client.once('end', () => {
      if (isIn && !this.#isClosed && this.#client === client) void this.#comeBack();
    });
    try {
      await client.connect();
      this.#slot = await lowestFree(client, this.#slot);
      await this.#onTaken(this.#slot);
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
    isIn = true;
    this.#client = client;
    // It may have broken before anybody listened for that.
    if (this.#isClosed) await client.end();
  }

  async #comeBack(): Promise<void> {
    while (!this.#isClosed)
      try {
        await setTimeout(pause);
        if (!this.#isClosed) await this.#connect();
        return;
      } catch (error) {
        // Whatever is wrong now was right when it began: it is tried until it is right again.
        if (!isConnectionLoss(error)) await setTimeout(10 * pause);
      }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#client?.end().catch(() => undefined);
  }
}

async function lowestFree(client: pg.Client, wanted: number): Promise<number> {
  const isFree = async (slot: number): Promise<boolean> => {
    const { rows } = await client.query<{ taken: boolean }>(
      `SELECT pg_try_advisory_lock(${schemaLock}, ${slot + slotLocks}) AS taken`,
    );
    return rows[0]?.taken === true;
  };
  if (await isFree(wanted)) return wanted;
  for (let slot = 0; ; slot++) if (slot !== wanted && (await isFree(slot))) return slot;
}
