import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { Coverage } from './book.ts';
import { countsOf, expectedCoverage } from './coverage.ts';
import type { Tally } from './run-seeds.ts';
import { runSeeds, tell } from './run-seeds.ts';
import { simulate } from './simulation.ts';

const usage = `npm run soak -- [--seeds N] [--from S] [--threads N]
npm run soak -- --seed S

The whole engine on a virtual clock, over a database that fails and a process that dies, a seed at a time.

  --seeds N    how many seeds, 10000 unless told; ends with one JSON line
  --from S     the first of them, 1 unless told
  --threads N  how many at once, one a processor unless told
  --seed S     one seed, with every decision that was taken in it
`;

/** Seeds a thread takes at a time: often enough heard of, seldom enough told. */
const batch = 50;

if (isMainThread) await main();
else work();

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '10000' },
      from: { type: 'string', default: '1' },
      threads: { type: 'string', default: String(availableParallelism()) },
      seed: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) process.stdout.write(usage);
  else if (values.seed !== undefined) await replay(whole('seed', values.seed));
  else await soak(whole('from', values.from), whole('seeds', values.seeds), whole('threads', values.threads));
}

function whole(name: string, text: string): number {
  const value = Number(text.replaceAll('_', ''));
  if (Number.isSafeInteger(value) && value > 0) return value;
  process.stderr.write(`soak: --${name}: expected a whole number of at least 1, got ${text}\n`);
  process.exit(2);
}

async function replay(seed: number): Promise<never> {
  const { problems, digest } = await simulate(seed, { trace: (line) => process.stdout.write(`${line}\n`) });
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  process.stdout.write(`${JSON.stringify({ seed, failed: problems.length, digest })}\n`);
  // Whoever died in the simulation has left timers behind.
  process.exit(problems.length > 0 ? 1 : 0);
}

async function soak(from: number, seeds: number, threads: number): Promise<never> {
  const coverage = new Coverage();
  const failing: Tally['failing'] = [];
  let next = from;
  let done = 0;
  const lane = async () => {
    const worker = new Worker(new URL(import.meta.url), { workerData: true });
    const answers = answersOf(worker);
    try {
      while (next < from + seeds) {
        const first = next;
        const count = Math.min(batch, from + seeds - first);
        next += count;
        worker.postMessage({ first, count });
        const tally = await answers.next();
        coverage.add(tally.coverage);
        for (const one of tally.failing) process.stderr.write(`${tell(one)}\n`);
        failing.push(...tally.failing);
        done += count;
        if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${seeds}, ${failing.length} failed `);
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: threads }, lane));
  const { counts } = coverage;
  const missed = expectedCoverage().filter((what) => !counts[what]);
  const line = {
    seeds,
    failed: failing.length,
    failing: failing.map(({ seed }) => seed).sort((a, b) => a - b),
    lives: counts.lives,
    enrollments: counts.enrollments,
    steps: counts['journal rows'],
    timers: counts.timers,
    messages: counts.messages,
    events: counts['events accepted'],
    crashes: {
      before: countsOf('crash-before', counts),
      after: countsOf('crash-after', counts),
      within: countsOf('crash-at', counts),
      between: counts.killed,
    },
    faults: countsOf('fault', counts),
    answers: countsOf('sink', counts),
    nodes: countsOf('node', counts),
    // What a thousand seeds must have met. With fewer some may be missing.
    ...(seeds >= 1_000 ? { missed } : {}),
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
  process.exit(failing.length > 0 || (seeds >= 1_000 && missed.length > 0) ? 1 : 0);
}

/** What a thread answers, one at a time; a thread that dies ends all. */
function answersOf(worker: Worker): { next: () => Promise<Tally> } {
  let told = Promise.withResolvers<Tally>();
  worker.on('message', (tally: Tally) => told.resolve(tally));
  worker.on('error', (error) => told.reject(error));
  return {
    next: async () => {
      const tally = await told.promise;
      told = Promise.withResolvers();
      return tally;
    },
  };
}

function work(): void {
  if (workerData !== true) return;
  const port = parentPort as NonNullable<typeof parentPort>;
  port.on('message', ({ first, count }: { first: number; count: number }) => {
    void runSeeds(first, count).then((tally) => port.postMessage(tally));
  });
}
