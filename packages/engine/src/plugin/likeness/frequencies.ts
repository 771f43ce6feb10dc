/**
 * How often values occur, in a table of fixed size: a count-min sketch (Cormode and Muthukrishnan 2005) that is updated
 * conservatively (Estan and Varghese 2002): of two counters only the one that says too little. It never says too little;
 * with as many cells as values, one value in ten is said a little too much, which makes an agreement count for less.
 */
export class Frequencies {
  readonly #first: Uint32Array;
  readonly #second: Uint32Array;
  readonly #mask: number;

  /** `values`: how many different ones are expected. */
  constructor(values: number) {
    const size = 2 ** Math.min(24, Math.max(16, Math.ceil(Math.log2(values))));
    this.#first = new Uint32Array(size);
    this.#second = new Uint32Array(size);
    this.#mask = size - 1;
  }

  add(value: string): void {
    const one = hash(value);
    const [i, j] = [one & this.#mask, again(one, value) & this.#mask];
    const [a, b] = [this.#first[i] as number, this.#second[j] as number];
    if (a <= b) this.#first[i] = a + 1;
    if (b <= a) this.#second[j] = b + 1;
  }

  count(value: string): number {
    const one = hash(value);
    return Math.min(this.#first[one & this.#mask] as number, this.#second[again(one, value) & this.#mask] as number);
  }
}

/** Another hash, so that values that meet in one row do not meet in the other: the first, mixed with letters of the value once more. */
function again(one: number, value: string): number {
  let mixed = one ^ 0x9e3779b9;
  for (let i = value.length - 1; i >= 0; i -= 2) mixed = Math.imul(mixed ^ value.charCodeAt(i), 0x01000193);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
  return (mixed ^ (mixed >>> 12)) >>> 0;
}

/** FNV-1a, and its bits mixed as MurmurHash3 ends. */
export function hash(value: string): number {
  let result = 0x811c9dc5;
  for (let i = 0; i < value.length; i++) result = Math.imul(result ^ value.charCodeAt(i), 0x01000193);
  result ^= result >>> 16;
  result = Math.imul(result, 0x85ebca6b);
  result ^= result >>> 13;
  result = Math.imul(result, 0xc2b2ae35);
  return (result ^ (result >>> 16)) >>> 0;
}
