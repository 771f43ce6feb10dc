import { z } from 'zod';
import type { RateWindow } from '../store/index.ts';

/** How fast a channel may send, over all loops and all workers: what the configuration says beside its address. */
export const rateSchema = z
  .strictObject({
    perSecond: z.int().min(1).max(1_000_000).optional(),
    perMinute: z.int().min(1).max(10_000_000).optional(),
    /** Deliveries under way at once. */
    concurrency: z.int().min(1).max(1_000).optional(),
  })
  .describe('as { "perSecond": 20, "perMinute": 500, "concurrency": 10 }');
export type Rate = z.output<typeof rateSchema>;

const spans = { perSecond: 1_000, perMinute: 60_000 } as const;

/** The windows that a rate counts in. */
export const spansOf = (rate: Rate): number[] =>
  Object.entries(spans).flatMap(([name, span]) => (rate[name as keyof typeof spans] === undefined ? [] : [span]));

const limitOf = (rate: Rate, span: number): number =>
  (span === spans.perSecond ? rate.perSecond : rate.perMinute) ?? Number.POSITIVE_INFINITY;

/**
 * The windows that an instant falls into, how many messages they leave room for, and from when on there is room if there is
 * none now. Windows begin with the second and the minute. A clock that was put back begins a new one: what was counted in a
 * time that has not come yet holds nobody up.
 */
export function roomIn(
  rate: Rate,
  stored: readonly RateWindow[],
  now: number,
): { room: number; until: number; windows: RateWindow[] } {
  let room = Number.POSITIVE_INFINITY;
  let until = now;
  const windows = stored.map(({ span, start, count }) => {
    const begins = now - (((now % span) + span) % span);
    return { span, start: begins, count: start === begins ? count : 0 };
  });
  for (const { span, start, count } of windows) {
    const left = Math.max(0, limitOf(rate, span) - count);
    room = Math.min(room, left);
    if (left === 0) until = Math.max(until, start + span);
  }
  return { room, until, windows };
}

/** The windows after so many more messages. */
export const counted = (windows: readonly RateWindow[], messages: number): RateWindow[] =>
  windows.map((window) => ({ ...window, count: window.count + messages }));

/** A channel's configuration without its rate, and the rate. Throws where the rate is none. */
export function splitRate(nodeType: string, config: unknown): { config: unknown; rate: Rate | undefined } {
  if (typeof config !== 'object' || config === null || !('rate' in config)) return { config, rate: undefined };
  const { rate, ...rest } = config;
  const parsed = rateSchema.safeParse(rate);
  if (parsed.success) return { config: rest, rate: parsed.data };
  throw new Error(
    `channels.${nodeType}.rate: expected whole numbers, as { "perSecond": 20, "perMinute": 500, "concurrency": 10 }: ${z.prettifyError(parsed.error)}`,
  );
}
