import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { readClock } from '../../runner/index.ts';
import type { ClockSpec, EngineHost } from './engine-host.ts';
import { remote } from './remote.ts';

/** What the engine's thread is told when it starts. */
export interface ThreadData {
  /** File of the installation's configuration. */
  config: string;
  url: string;
  clock: ClockSpec;
  deliver: Record<string, unknown>;
  folder: string;
  /** Makes no step: see `HostOptions`. */
  idle?: boolean;
  /** Where people reach this installation, if not where its configuration says. */
  publicURL?: string;
}

export interface EngineThread {
  host: EngineHost;
  /** The engine's clock, run in this thread by the same numbers. */
  clock: { mode: 'live' | 'accelerated' | 'virtual'; speed: number; now(): number; hold(held: boolean): Promise<void> };
  /** Settles when the thread has ended; rejects if it died. */
  ended: Promise<void>;
}

/** Starts the engine in a thread of its own and waits until it works. */
export async function startEngine(data: ThreadData): Promise<EngineThread> {
  const worker = new Worker(new URL('./engine-thread.ts', import.meta.url), { workerData: data });
  const { methods: host, fail } = remote<EngineHost>(worker);
  const ended = new Promise<void>((resolve, reject) => {
    worker.once('error', (error) => {
      fail(error);
      reject(error);
    });
    worker.once('exit', () => {
      fail(new Error('the engine has stopped'));
      resolve();
    });
  });
  const ready = once(worker, 'message');
  await Promise.race([ready, ended.then(() => Promise.reject(new Error('the engine ended while it was starting')))]);
  const told = await host.clock();
  const { mode, speed } = told;
  let { reading } = told;
  const clock = {
    mode,
    speed,
    now: () => (reading ? readClock(reading, speed, Date.now()) : Date.now()),
    hold: async (held: boolean) => {
      reading = await host.holdClock(held);
    },
  };
  return { host, clock, ended };
}
