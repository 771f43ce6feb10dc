/** One line of the bench: what was measured, beside the floor that was measured in the same run. */
export interface Figure {
  name: string;
  value: number;
  unit: string;
  /** The same work with nothing around it, in the same unit. */
  floor: number | null;
  /** How much of the floor's speed is left; against a peer, how many times faster than it. */
  ratio: number | null;
  goal: number | null;
  runs: number;
  peakMemoryMB: number;
  /** What else was seen on the way: the longest hold, a peer's memory, what the floor is. */
  [also: string]: number | string | null;
}

export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('expected at least one value, got none');
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}

/** Three digits that count; what comes after them is noise. */
export const rounded = (value: number): number => (value === 0 ? 0 : Number(value.toPrecision(3)));

/** Of two durations, how many times the second goes into the first. */
export const ratioOf = (floor: number, value: number): number => rounded(floor / value);

const own = ['name', 'value', 'unit', 'floor', 'ratio', 'goal', 'runs', 'peakMemoryMB'];

/** A figure as a line for a person. */
export function toLine(figure: Figure): string {
  const { name, value, unit, floor, ratio, goal, runs, peakMemoryMB } = figure;
  const parts = [`${name.padEnd(7)} ${value} ${unit}`];
  if (floor !== null) parts.push(`floor ${floor} ${unit}`);
  if (ratio !== null) parts.push(`ratio ${ratio}${goal === null ? '' : verdict(ratio, goal)}`);
  parts.push(`${runs} ${runs === 1 ? 'run' : 'runs'}`, `peak ${peakMemoryMB} MB`);
  for (const [also, what] of Object.entries(figure))
    if (!own.includes(also) && what !== null) parts.push(`${also} ${what}`);
  return parts.join(', ');
}

const verdict = (ratio: number, goal: number) => ` (goal ${goal}: ${ratio >= goal ? 'reached' : 'MISSED'})`;
