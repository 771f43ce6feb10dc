/**
 * Customers by the keys under which they are looked for, 8 bytes each: one array of key and customer that the engine's own
 * sort of numbers puts in order, 5 million in a second. A hash stands for a key: two keys that meet in one cost a comparison.
 */
export class Blocks {
  #words: Uint32Array;
  #length = 0;

  /** `expected`: about how many there will be. */
  constructor(expected: number) {
    this.#words = new Uint32Array(2 * Math.max(1, expected));
  }

  get size(): number {
    return this.#length;
  }

  /** `place`: the customer's number among those that are compared. */
  add(key: number, place: number): void {
    if (2 * this.#length === this.#words.length) {
      const larger = new Uint32Array(2 * Math.ceil(this.#words.length * 0.6));
      larger.set(this.#words);
      this.#words = larger;
    }
    // The lower word first, so that one number of 64 bits is in the order of key, then customer.
    this.#words[2 * this.#length] = place;
    this.#words[2 * this.#length + 1] = key;
    this.#length++;
  }

  sort(): void {
    new BigUint64Array(this.#words.buffer, 0, this.#length).sort();
  }

  /** Every key that so many or more share, with the places of those. To be sorted before. */
  *shared(least = 2): Generator<{ key: number; places: Uint32Array }> {
    const words = this.#words;
    for (let from = 0; from < this.#length; ) {
      const key = words[2 * from + 1] as number;
      let to = from + 1;
      while (to < this.#length && words[2 * to + 1] === key) to++;
      if (to - from >= least) {
        const places = new Uint32Array(to - from);
        let count = 0;
        // One who has a key twice counts once.
        for (let i = from; i < to; i++) {
          const place = words[2 * i] as number;
          if (count === 0 || places[count - 1] !== place) places[count++] = place;
        }
        if (count >= least) yield { key, places: places.subarray(0, count) };
      }
      from = to;
    }
  }
}
