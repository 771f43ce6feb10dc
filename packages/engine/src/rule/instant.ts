const shape =
  /^(\d{4})-(\d\d)-(\d\d)(?:T([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(\.\d+)?)?(?:Z|([+-])(0\d|1[0-4]):([0-5]\d))?)?$/;

/** No text longer than this is an instant; a limit that SQL can state too. */
export const longestInstant = 35;

/**
 * Epoch milliseconds of an ISO 8601 date or date with time, or undefined for anything else. Without an offset it is UTC, so
 * that a rule means the same on every machine. A day that the month does not have is not an instant. The rounding below a
 * millisecond is SQLite's, because `sqlite-dialect.ts` must come to the same answer.
 */
export function parseInstant(text: string): number | undefined {
  if (text.length > longestInstant) return undefined;
  const parts = shape.exec(text);
  if (!parts) return undefined;
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1) return undefined;
  const [hours, minutes, seconds] = [Number(parts[4] ?? 0), Number(parts[5] ?? 0), Number(parts[6] ?? 0)];
  const fraction = Math.min(Number(parts[7] ?? 0), 0.999);
  const offset = (Number(parts[9] ?? 0) * 60 + Number(parts[10] ?? 0)) * (parts[8] === '-' ? -1 : 1);
  return date.getTime() + (hours * 60 + minutes - offset) * 60_000 + Math.trunc((seconds + fraction) * 1000 + 0.5);
}
