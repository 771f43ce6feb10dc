import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { ServerError } from '../../server/server-error.ts';
import type { ReaderMethods } from './reader-methods.ts';
import type { Methods } from './remote.ts';
import { remote } from './remote.ts';

export interface ReaderData {
  url: string;
}

/** Nobody waits for the answer any more: its client has gone, or asks something newer. */
const overtaken = () => new ServerError(503, 'overtaken', 'nobody waits for the answer any more');

/** Answers questions that take long, beside the thread that serves. */
export interface Readers {
  /** Rejects once `signal` is aborted, whether a thread is at it or not: one that is waits for nobody. */
  ask<K extends keyof ReaderMethods>(
    method: K,
    args: Parameters<ReaderMethods[K]>,
    signal?: AbortSignal,
  ): Promise<Awaited<ReturnType<ReaderMethods[K]>>>;
  /** Starts a thread, if there is none, for what will be asked soon. */
  warm(): void;
  stop(): Promise<void>;
}

interface Thread {
  methods: ReaderMethods & { stop(): Promise<void> };
  ended: Promise<void>;
  busy: boolean;
}

interface Question {
  answer(thread: Thread): Promise<void>;
  fail(error: Error): void;
  isOvertaken(): boolean;
}

/** Two threads: while one still works at what has been overtaken, the other answers what is asked now. */
const most = 2;

/** Threads start when they are first needed, and again after one has died. */
export function createReaders(url: string): Readers {
  const threads: Thread[] = [];
  const waiting: Question[] = [];
  let starting = 0;
  let stopped = false;

  const next = (): void => {
    while (waiting.length > 0) {
      if (waiting[0]?.isOvertaken()) {
        waiting.shift();
        continue;
      }
      const idle = threads.find(({ busy }) => !busy);
      if (!idle) {
        if (threads.length + starting < most) void start();
        return;
      }
      idle.busy = true;
      void waiting
        .shift()
        ?.answer(idle)
        .finally(() => {
          idle.busy = false;
          next();
        });
    }
  };
  const start = async (): Promise<void> => {
    starting++;
    try {
      const thread = await startThread(url, (ended) => {
        const at = threads.indexOf(ended);
        if (at >= 0) threads.splice(at, 1);
      });
      threads.push(thread);
      if (stopped) void thread.methods.stop();
    } catch {
      const error = new Error('the thread that reads could not be started');
      for (const question of waiting.splice(0)) question.fail(error);
    }
    starting--;
    next();
  };

  return {
    ask: (method, args, signal) =>
      new Promise((resolve, reject) => {
        if (stopped) return reject(new Error('the server is stopping'));
        if (signal?.aborted) return reject(overtaken());
        signal?.addEventListener('abort', () => reject(overtaken()), { once: true });
        waiting.push({
          isOvertaken: () => signal?.aborted ?? false,
          fail: reject,
          answer: async ({ methods }) => {
            try {
              const call = methods[method] as (...args: unknown[]) => Promise<never>;
              resolve(await call(...args));
            } catch (error) {
              reject(error);
            }
          },
        });
        next();
      }),
    warm: () => {
      if (!stopped && threads.length + starting === 0) void start();
    },
    stop: async () => {
      stopped = true;
      const all = [...threads];
      await Promise.all(all.map(({ methods }) => methods.stop().catch(() => undefined)));
      await Promise.all(all.map(({ ended }) => ended));
    },
  };
}

async function startThread(url: string, onEnd: (thread: Thread) => void): Promise<Thread> {
  const worker = new Worker(new URL('./reader-thread.ts', import.meta.url), {
    workerData: { url } satisfies ReaderData,
  });
  worker.unref();
  const { methods, fail } = remote<Thread['methods'] & Methods>(worker);
  const ended = new Promise<void>((resolve) => {
    worker.once('error', (error) => fail(error));
    worker.once('exit', () => {
      fail(new Error('the thread that reads has stopped'));
      onEnd(thread);
      resolve();
    });
  });
  const thread: Thread = { methods, ended, busy: false };
  await Promise.race([
    once(worker, 'message'),
    ended.then(() => Promise.reject(new Error('the thread that reads ended while it was starting'))),
  ]);
  return thread;
}
