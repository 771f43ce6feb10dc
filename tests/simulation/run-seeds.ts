import { Coverage } from './book.ts';
import type { SimulationOptions } from './simulation.ts';
import { simulate } from './simulation.ts';

export interface Tally {
  seeds: number;
  failing: { seed: number; problems: string[] }[];
  coverage: Record<string, number>;
}

/** Runs seeds one after the other. How often each thing has happened in all of them, and which of them have found something. */
export async function runSeeds(from: number, count: number, options: SimulationOptions = {}): Promise<Tally> {
  const coverage = new Coverage();
  const failing: Tally['failing'] = [];
  for (let seed = from; seed < from + count; seed++) {
    const outcome = await simulate(seed, options);
    coverage.add(outcome.coverage);
    if (outcome.problems.length > 0) failing.push({ seed, problems: outcome.problems });
  }
  return { seeds: count, failing, coverage: coverage.counts };
}

/** What a failing seed is told as: what was found, and the command that shows it again. */
export const tell = ({ seed, problems }: Tally['failing'][number]): string =>
  [
    `seed ${seed}: ${problems.length} found`,
    ...problems.slice(0, 5).map((problem) => `  ${problem}`),
    `  replay: npm run soak -- --seed ${seed}`,
  ].join('\n');
