import { parseArgs } from 'node:util';
import { generate, writeSources } from './index.ts';

const USAGE = 'node main.ts --out DIR [--customers 20000] [--seed 1] [--now 2026-01-05T00:00:00Z]';

try {
  const { values } = parseArgs({
    options: {
      out: { type: 'string' },
      customers: { type: 'string', default: '20000' },
      seed: { type: 'string', default: '1' },
      // A fixed day by default, or the same seed would give other files tomorrow.
      now: { type: 'string', default: '2026-01-05T00:00:00Z' },
    },
  });
  if (values.out === undefined) throw new Error('expected --out DIR, the folder to write to');
  const now = Date.parse(values.now);
  if (Number.isNaN(now)) throw new Error(`--now: expected an ISO 8601 instant, got "${values.now}"`);
  const base = generate({ seed: Number(values.seed), customers: Number(values.customers), now });
  for (const path of await writeSources(base, values.out)) process.stderr.write(`${path}\n`);
  process.stdout.write(`${JSON.stringify(base.truth, null, 2)}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\nusage: ${USAGE}\n`);
  process.exitCode = 2;
}
