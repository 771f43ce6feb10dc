import type { Bench } from './bench.ts';

/** The child process of a bench: one measure, and on the last line of standard output what it has measured. */
const [name = '', measure = '', given = '{}'] = process.argv.slice(2);
const { bench } = (await import(`./${name}.ts`)) as { bench: Bench };
const run = bench.measures[measure];
if (!run) throw new Error(`expected a measure of ${Object.keys(bench.measures).join(', ')}, got ${measure}`);
const measured = await run(JSON.parse(given) as Record<string, string>);
const peakMemoryMB = Math.round(process.resourceUsage().maxRSS / 1024);
process.stdout.write(`${JSON.stringify({ ...measured, peakMemoryMB })}\n`);
