/**
 * How often values occur, in a table of fixed size: a count-min sketch (Cormode and Muthukrishnan 2005). It never says too
 * little; of a million values one in some hundred is said a little too much, which makes an agreement count for less.
 */
export class Frequencies {
  readonly #rows: readonly [Uint32Array, Uint32Array];
  readonly #mask: number;

  constructor(bits = 21) {
    const size = 2 ** bits;
    this.#rows = [new Uint32Array(size), new Uint32Array(size)];
    this.#mask = size - 1;
  }

  add(value: string): void {
    const [first, second] = hashes(value);
    const [a, b] = this.#rows;
    a[first & this.#mask] = (a[first & this.#mask] as number) + 1;
    b[second & this.#mask] = (b[second & this.#mask] as number) + 1;
  }

  count(value: string): number {
    const [first, second] = hashes(value);
    const [a, b] = this.#rows;
    return Math.min(a[first & this.#mask] as number, b[second & this.#mask] as number);
  }
}

/** Two hashes of 32 bits: FNV-1a, and the same mixed once more. */
function hashes(value: string): [number, number] {
  const first = hash(value);
  let second = Math.imul(first ^ (first >>> 15), 0x2c1b3c6d);
  second = Math.imul(second ^ (second >>> 12), 0x297a2d39);
  // Its bits from above, so that values that meet in one row do not meet in the other.
  return [
    first,
    (second ^ (second >>> 15) ^ Math.imul(value.length + value.charCodeAt(value.length >> 1), 0x9e3779b1)) >>> 0,
  ];
}

export function hash(value: string): number {
  let result = 0x811c9dc5;
  for (let i = 0; i < value.length; i++) result = Math.imul(result ^ value.charCodeAt(i), 0x01000193);
  result ^= result >>> 16;
  result = Math.imul(result, 0x85ebca6b);
  result ^= result >>> 13;
  result = Math.imul(result, 0xc2b2ae35);
  return (result ^ (result >>> 16)) >>> 0;
}
