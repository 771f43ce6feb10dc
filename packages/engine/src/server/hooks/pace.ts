/** What one hook may take in a second, and at once after a while without any. */
const perSecond = 100;
const atOnce = 1_000;

/** A bucket of requests a hook that fills up by the second. `now` in milliseconds of a clock that only goes forward. */
export class HookPace {
  readonly #buckets = new Map<string, { left: number; at: number }>();

  /** In how many seconds to come again, or undefined: then it is counted. */
  holdOff(id: string, now: number): number | undefined {
    const bucket = this.#buckets.get(id) ?? { left: atOnce, at: now };
    bucket.left = Math.min(atOnce, bucket.left + ((now - bucket.at) / 1000) * perSecond);
    bucket.at = now;
    this.#buckets.set(id, bucket);
    if (bucket.left < 1) return Math.max(1, Math.ceil((1 - bucket.left) / perSecond));
    bucket.left--;
    return undefined;
  }
}
