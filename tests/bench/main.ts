import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Bench } from './bench.ts';
import { toLine } from './figures.ts';
import { bench as dedupe } from './dedupe.ts';
import { bench as importing } from './import.ts';
import { bench as ingestBatch } from './ingest-batch.ts';
import { bench as ingestOne } from './ingest-one.ts';
import { bench as live } from './live.ts';
import { bench as loop } from './loop.ts';
import { bench as mail } from './mail.ts';
import { bench as postgres } from './postgres.ts';
import { bench as route } from './route.ts';
import { bench as segment } from './segment.ts';
import { bench as start } from './start.ts';
import { bench as step } from './step.ts';
import { bench as turns } from './turns.ts';
import { bench as wait } from './wait.ts';

const benches: readonly Bench[] = [
  route,
  loop,
  step,
  wait,
  turns,
  mail,
  postgres,
  importing,
  ingestOne,
  ingestBatch,
  dedupe,
  segment,
  live,
  start,
];

const usage = `npm run bench [-- NAME…] [--json] [--peers] [--runs N] [--rows N]

Measures OSICAM beside a floor or a peer, in the same run. All of them unless named:
${benches.map(({ name, describe }) => `  ${name.padEnd(8)}${describe}`).join('\n')}

  --json    one JSON object a line
  --peers   compare with other engines, which the bench installs in a folder of its own
  --runs N  how often each is measured
  --rows N  how many customers, messages or rows
`;

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      peers: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
      runs: { type: 'string' },
      rows: { type: 'string' },
    },
  });
  if (values.help) process.stdout.write(usage);
  else await run(positionals, values);
} catch (error) {
  const isUsage = error instanceof TypeError || error instanceof RangeError;
  process.stderr.write(`bench: ${isUsage ? (error as Error).message : ((error as Error).stack ?? String(error))}\n`);
  process.exitCode = isUsage ? 2 : 1;
}

async function run(
  names: readonly string[],
  { json, peers, runs, rows }: { json: boolean; peers: boolean; runs?: string | undefined; rows?: string | undefined },
): Promise<void> {
  const unknown = names.filter((name) => !benches.some((bench) => bench.name === name));
  if (unknown.length > 0)
    throw new RangeError(`expected ${benches.map((bench) => bench.name).join(', ')}, got ${unknown.join(', ')}`);
  const counts = { ...count('runs', runs), ...count('rows', rows) };
  // Not the system's temporary folder, which may lie in memory: what is measured is durable.
  const caches = fileURLToPath(new URL('../../.cache/', import.meta.url));
  await mkdir(caches, { recursive: true });
  for (const bench of benches) {
    if (names.length > 0 && !names.includes(bench.name)) continue;
    const folder = await mkdtemp(join(caches, 'bench-'));
    const remove = () => rm(folder, { recursive: true, force: true });
    const stop = () => void remove().then(() => process.exit(130));
    process.once('SIGINT', stop).once('SIGTERM', stop);
    try {
      const say = (line: string) => void process.stderr.write(`${bench.name}: ${line}\n`);
      const figure = await bench.run({ folder, peers, say, ...counts });
      process.stdout.write(`${json ? JSON.stringify(figure) : toLine(figure)}\n`);
    } finally {
      process.off('SIGINT', stop).off('SIGTERM', stop);
      await remove();
    }
  }
}

function count(name: string, text: string | undefined): Record<string, number> {
  if (text === undefined) return {};
  const value = Number(text.replaceAll('_', ''));
  if (!Number.isSafeInteger(value) || value < 1)
    throw new RangeError(`--${name}: expected a whole number of at least 1, got ${text}`);
  return { [name]: value };
}
