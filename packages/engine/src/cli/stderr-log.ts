import type { Log } from '../plugin/index.ts';
import { tell } from './print.ts';

/** How many lines a minute is worth: a million parked customers must not be a million lines, nor keep what comes next month from being said. */
const mostLines = 100;
const span = 60_000;

/** What nodes and the engine have to say, a line each. `now` in milliseconds, of a clock that nobody sets. */
export function createLineLog(write: (line: string) => void, now: () => number): Log {
  let began = Number.NEGATIVE_INFINITY;
  let lines = 0;
  const say = (message: string, fields: Record<string, unknown> = {}): void => {
    if (now() - began >= span) {
      if (lines > mostLines) write(`… ${lines - mostLines} more lines were not shown`);
      began = now();
      lines = 0;
    }
    lines++;
    if (lines <= mostLines)
      write([message, ...Object.entries(fields).map(([name, value]) => `${name}=${textOf(value)}`)].join(' '));
    else if (lines === mostLines + 1) write('… what else is said within this minute is not shown');
  };
  return { info: () => {}, warn: say };
}

/** An error can hold what a customer wrote: with its line breaks it could look like lines of our own. */
const textOf = (value: unknown): string =>
  typeof value === 'string' && !/\p{Cc}|[\u2028\u2029]/u.test(value) ? value : JSON.stringify(value);

export const stderrLog: Log = createLineLog(tell, () => performance.now());
