import { Agent, request } from 'node:http';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

/** What somebody in the editor has felt while a bench ran: how long `GET /api/loops` took, in milliseconds. */
export interface Felt {
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
  asked: number;
}

export interface Probe {
  /** Asks no more, and says how long the answers have taken since it began. */
  stop(): Promise<Felt>;
}

const every = 15;

/**
 * Asks a served instance every 15 ms, whether the last answer has come or not, and times each from when it was meant to be
 * asked: an instance that stands still for a second has kept 66 people waiting, and not one. In a thread of its own, so that
 * the bench's own work does not look like the server's.
 */
export function probe({ address, token }: { address: string; token: string }): Probe {
  const worker = new Worker(new URL(import.meta.url), { workerData: { address, token } });
  const felt = new Promise<Felt>((resolve, reject) => worker.once('message', resolve).once('error', reject));
  felt.catch(() => undefined);
  return {
    stop: () => {
      worker.postMessage('stop');
      return felt;
    },
  };
}

/** The value below which so large a part of the times lies. */
export function percentile(times: readonly number[], part: number): number {
  const sorted = Float64Array.from(times).sort();
  return Math.round((sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN) * 10) / 10;
}

async function ask({ address, token }: { address: string; token: string }): Promise<void> {
  const agent = new Agent({ keepAlive: true });
  const times: number[] = [];
  const answers: Promise<void>[] = [];
  let refused: unknown;
  const one = (meant: number) =>
    new Promise<void>((resolve) => {
      const fail = (error: unknown) => {
        refused ??= error;
        resolve();
      };
      const asking = request(
        `${address}/api/loops`,
        { agent, headers: { authorization: `Bearer ${token}` } },
        (answer) => {
          answer.resume().once('end', () => {
            times.push(performance.now() - meant);
            if (answer.statusCode === 200) resolve();
            else fail(new Error(`GET /api/loops answered ${answer.statusCode}`));
          });
        },
      );
      asking.once('error', fail).end();
    });

  const started = performance.now();
  let next = 0;
  const timer = setInterval(() => {
    for (; started + next * every <= performance.now(); next++) answers.push(one(started + next * every));
  }, every / 3);
  await new Promise((resolve) => parentPort?.once('message', resolve));
  clearInterval(timer);
  await Promise.all(answers);
  agent.destroy();
  if (refused !== undefined) throw refused;
  parentPort?.postMessage({
    p50Ms: percentile(times, 0.5),
    p99Ms: percentile(times, 0.99),
    maxMs: percentile(times, 1),
    asked: times.length,
  } satisfies Felt);
}

if (!isMainThread && (workerData as { token?: string } | null)?.token) await ask(workerData);
