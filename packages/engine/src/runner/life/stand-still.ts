import type { LifeState } from '../../machine/index.ts';
import { standsStill } from '../../machine/index.ts';
import type { Transaction } from '../../store/index.ts';
import type { Parts } from '../parts.ts';
import type { RunningVersion, Station } from '../station.ts';

/** A step was about to be made in a loop that has been paused: what led to it is taken back, and made when the loop goes on. */
export class StandstillError extends Error {
  override name = 'StandstillError';
  readonly loop: string;

  constructor(loop: string) {
    super(`the loop ${loop} is paused`);
    this.loop = loop;
  }
}

/**
 * Whether a loop stands still, as of this transaction. With one writer what this process knows is what is: a pause changes
 * it in its own transaction. On a database that is shared the row of the loop is asked, and kept until the transaction
 * ends: a pause waits for the moves that are being committed, and each that comes later sees it. So once a pause has
 * settled, nobody makes a step anywhere.
 */
export async function isStill(parts: Parts, tx: Transaction, version: RunningVersion): Promise<boolean> {
  if (!parts.db.shared) return version.paused;
  const state = await parts.store.shareLoopState(tx, version.loop.id);
  return state === undefined ? version.paused : standsStill(state as LifeState);
}

/** Takes back a transaction that would make a step in a loop that stands still. */
export async function expectMoving(parts: Parts, tx: Transaction, version: RunningVersion): Promise<void> {
  if (await isStill(parts, tx, version)) throw new StandstillError(version.loop.id);
}

/** Those of these stations whose loop moves, as of this transaction. */
export async function whoMoves(parts: Parts, tx: Transaction, stations: readonly Station[]): Promise<Station[]> {
  const still = new Map<string, boolean>();
  const moving: Station[] = [];
  // In one order, so that no two transactions wait for each other's loops.
  for (const station of stations.toSorted((a, b) => (a.version.loop.id < b.version.loop.id ? -1 : 1))) {
    const { id } = station.version.loop;
    const known = still.get(id) ?? (await isStill(parts, tx, station.version));
    still.set(id, known);
    if (!known) moving.push(station);
  }
  return stations.filter((station) => moving.includes(station));
}

/**
 * Does work at a node unless its loop turns out to have been paused meanwhile: then nothing has been done, and `told` learns
 * of the loop, so that this process does not try again.
 */
export async function unlessStill(work: () => Promise<number>, told: (loop: string) => void): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof StandstillError)) throw error;
    told(error.loop);
    return 0;
  }
}
