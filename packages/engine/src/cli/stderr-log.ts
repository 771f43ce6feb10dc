import type { Log } from '../plugin/index.ts';
import { tell } from './print.ts';

/** What nodes have to say, on standard error, at most so many lines: a million parked customers must not be a million lines. */
const mostLines = 100;
let lines = 0;

function say(message: string, fields: Record<string, unknown> = {}): void {
  lines++;
  if (lines > mostLines) return;
  tell(
    `${message} ${Object.entries(fields)
      .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
      .join(' ')}`,
  );
  if (lines === mostLines) tell('… more of the same is not shown');
}

export const stderrLog: Log = { info: () => {}, warn: say };
