import type { MeasureFunction } from './operators.ts';
import type { RuleEvent } from './subject.ts';

/** What a measure makes of events, in the order in which they came in: undefined where it is missing. */
export function figureOf(
  made: MeasureFunction,
  events: readonly RuleEvent[],
  read: (event: RuleEvent) => unknown,
): unknown {
  if (made === 'count') return events.length;
  if (made === 'first' || made === 'last') {
    let chosen: RuleEvent | undefined;
    for (const event of events)
      if (!chosen || (made === 'last' ? event.time >= chosen.time : event.time < chosen.time)) chosen = event;
    return chosen && read(chosen);
  }
  const numbers = events.map(read).filter((value) => typeof value === 'number');
  if (made === 'sum') return readable(sumOf(numbers));
  if (numbers.length === 0) return undefined;
  if (made === 'average') return readable(sumOf(numbers) / numbers.length);
  return numbers.reduce((a, b) => (made === 'min' ? Math.min(a, b) : Math.max(a, b)));
}

/** A sum that keeps what each addition loses (Neumaier), as SQLite's does. */
function sumOf(numbers: readonly number[]): number {
  let sum = 0;
  let lost = 0;
  for (const number of numbers) {
    const next = sum + number;
    lost += Math.abs(sum) > Math.abs(number) ? sum - next + number : number - next + sum;
    sum = next;
  }
  return Number.isFinite(lost) ? sum + lost : sum;
}

/** A fraction to the fifteen digits that a real holds for sure, so that 1.1 and 2.2 are 3.3; a whole number as it is. */
const readable = (value: number): number => (Number.isInteger(value) ? value : Number(value.toPrecision(15)));
