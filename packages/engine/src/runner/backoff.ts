import { createHash } from 'node:crypto';

/** Tries before a message counts as failed: with the waits below, within about two hours. */
export const maxAttempts = 8;
/** A message that is not through so long after it was first tried counts as failed, however few its tries. */
export const maxAge = 7 * 86_400_000;

const first = 60_000;
const longest = 6 * 3_600_000;
const longestAsked = 86_400_000;
const shortestAsked = 1_000;

/** A number from 0 to below 1 that is the same for the same text, and otherwise as good as chance. */
export const chanceOf = (text: string): number => createHash('sha256').update(text).digest().readUInt32BE(0) / 2 ** 32;

/**
 * How long to wait before a message is tried once more. Doubling from a minute on, and a part of it by chance, so that what
 * failed together does not come back together; the chance hangs on key and attempt, so that a simulation can be repeated.
 * `asked`: what the other side has asked for goes before that; it is never come back to earlier, and at most a day is believed.
 */
export function retryAfter(key: string, attempt: number, asked?: number): number {
  const chance = chanceOf(`${key} ${attempt}`);
  if (asked !== undefined && Number.isFinite(asked)) {
    const wait = Math.min(Math.max(asked, shortestAsked), longestAsked);
    return Math.ceil(wait * (1 + chance / 10));
  }
  const wait = Math.min(first * 2 ** (attempt - 1), longest);
  return Math.ceil(wait * (0.75 + chance / 2));
}
