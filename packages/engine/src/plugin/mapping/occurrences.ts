/**
 * How often each of many digests has been seen, so that the second of two rows that are alike is another one. Eight bytes a
 * digest in a table of whole numbers: a million rows take 16 MB, where a Map takes 100.
 */
export class Occurrences {
  #keys = new BigUint64Array(1 << 12);
  #size = 0;
  /** Those seen more than once. */
  readonly #more = new Map<bigint, number>();

  /** The how-manieth this is, from 1. */
  count(digest: Buffer): number {
    // No digest is 0, which means that a place is free.
    const key = digest.readBigUInt64LE(0) || 1n;
    if (this.#add(key)) return 1;
    const count = (this.#more.get(key) ?? 1) + 1;
    this.#more.set(key, count);
    return count;
  }

  #add(key: bigint): boolean {
    if (this.#size * 4 >= this.#keys.length * 3) this.#grow();
    const place = this.#find(this.#keys, key);
    if (this.#keys[place] === key) return false;
    this.#keys[place] = key;
    this.#size++;
    return true;
  }

  #find(keys: BigUint64Array, key: bigint): number {
    const mask = keys.length - 1;
    let place = Number(BigInt.asUintN(32, key)) & mask;
    while (keys[place] !== 0n && keys[place] !== key) place = (place + 1) & mask;
    return place;
  }

  #grow(): void {
    const keys = new BigUint64Array(this.#keys.length * 2);
    for (const key of this.#keys) if (key !== 0n) keys[this.#find(keys, key)] = key;
    this.#keys = keys;
  }
}
