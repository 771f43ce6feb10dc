import type { IntakeState } from '../../store/index.ts';

export interface IntakeLimits {
  /** How far behind the engine may be with what has been accepted, in seconds of real time. */
  behind: number;
  /** Calls that may wait whatever the pace: an engine that is being started anew is no reason to send anybody away. */
  atLeast: number;
}

/**
 * How far behind the engine may be before clients are asked to come again. Ten seconds take in what comes when a campaign's
 * mail is opened everywhere at once, and are over before a segment or a loop seems slow to anybody; an engine that works in
 * 30,000 calls a second has 300,000 of them waiting then, some 200 MB.
 */
export const usualLimits: IntakeLimits = { behind: 10, atLeast: 20_000 };

/** How long what was seen of the pace counts: half of it is what was seen in the last seconds. */
const memory = 2;

/**
 * How fast requests are worked in and how long those that wait will take, from looks at what lies in intake: whoever works
 * them in, on a shared database too, takes them away from the low end.
 */
export class IntakePace {
  readonly #limits: IntakeLimits;
  /** How many seconds of real time have passed since an instant of the engine's clock. */
  readonly #secondsSince: (instant: number) => number;
  #seen: { state: IntakeState; at: number } | undefined;
  /** Requests a second; undefined until it can be told. */
  #perSecond: number | undefined;
  /** How many calls a request has held of late. */
  #callsEach = 1;

  constructor(limits: IntakeLimits, secondsSince: (instant: number) => number) {
    this.#limits = limits;
    this.#secondsSince = secondsSince;
  }

  /** So many requests with so many calls were accepted. */
  accepted(requests: number, calls: number): void {
    const weight = Math.min(1, requests / 100);
    this.#callsEach = this.#callsEach * (1 - weight) + (calls / requests) * weight;
  }

  /** What lies in intake now; `at` in milliseconds of a stopwatch. */
  saw(state: IntakeState, at: number): void {
    const before = this.#seen;
    if (before && at - before.at < 50 && state.rows > 0) return;
    this.#seen = { state, at };
    if (state.rows === 0 || !before || before.state.rows === 0 || state.first < before.state.first) {
      // Nothing waits, or all that did is gone: there was no need to hurry, and so no pace to be seen.
      if (state.rows === 0) this.#perSecond = undefined;
      return;
    }
    const seconds = (at - before.at) / 1000;
    const pace = (state.first - before.state.first) / seconds;
    const weight = Math.min(1, seconds / memory);
    this.#perSecond = this.#perSecond === undefined ? pace : this.#perSecond * (1 - weight) + pace * weight;
  }

  /** In how many seconds a client is to come again; undefined while there is room. */
  holdOff(): number | undefined {
    const { behind, atLeast } = this.#limits;
    const { rows = 0, oldest } = this.#seen?.state ?? {};
    if (rows * this.#callsEach < atLeast || oldest === undefined) return undefined;
    const age = this.#secondsSince(oldest);
    const takes = this.#perSecond === undefined ? age : rows / Math.max(this.#perSecond, 0.001);
    if (Math.max(age, takes) <= behind) return undefined;
    // When half of what may wait is left, so that all who were sent away do not meet the same limit again.
    return Math.min(60, Math.max(1, Math.ceil(takes - behind / 2)));
  }

  /** How long ago the last look was. */
  sinceLook(at: number): number {
    return this.#seen === undefined ? Number.POSITIVE_INFINITY : at - this.#seen.at;
  }
}
