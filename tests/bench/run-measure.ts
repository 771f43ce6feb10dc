import type { Measure } from './child.ts';

const [bench = '', name = '', given = '{}'] = process.argv.slice(2);
const { measures } = (await import(`./${bench}.ts`)) as { measures: Record<string, Measure> };
const measure = measures[name];
if (!measure) throw new Error(`expected a measure of ${Object.keys(measures).join(', ')}, got ${name}`);
const measured = await measure(JSON.parse(given) as Record<string, string>);
const peakMemoryMB = Math.round(process.resourceUsage().maxRSS / 1024);
process.stdout.write(`${JSON.stringify({ ...measured, peakMemoryMB })}\n`);
