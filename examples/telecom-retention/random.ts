import { hash } from 'node:crypto';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

export type Random = {
  /** Uniform in [0, 1). */
  float(): number;
  /** Uniform whole number, both ends included. */
  int(from: number, to: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
  /** Picks a key of `weights` with a probability in proportion to its value. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K;
  normal(mean: number, deviation: number): number;
  exponential(mean: number): number;
};

export function createRandom(seed: number): Random {
  const generator = xoroshiro128plus(seed);
  const float = () => uniformFloat64(generator);
  return {
    float,
    int: (from, to) => uniformInt(generator, from, to),
    chance: (probability) => float() < probability,
    pick: (items) => items[Math.floor(float() * items.length)]!,
    weighted<K extends string>(weights: Readonly<Record<K, number>>): K {
      const entries = Object.entries(weights) as [K, number][];
      let left = float() * entries.reduce((sum, [, weight]) => sum + weight, 0);
      for (const [key, weight] of entries) {
        left -= weight;
        if (left < 0) return key;
      }
      return entries.at(-1)![0];
    },
    normal(mean, deviation) {
      const radius = Math.sqrt(-2 * Math.log(1 - float()));
      return mean + deviation * radius * Math.cos(2 * Math.PI * float());
    },
    exponential: (mean) => -mean * Math.log(1 - float()),
  };
}

/**
 * Eight uniform numbers in [0, 1) that depend on the words alone. The world draws from these and not from a running
 * generator, because what becomes of a customer must not depend on the order in which the engine speaks to customers.
 */
export function drawsFor(...words: readonly (string | number)[]): readonly number[] {
  const digest = hash('sha256', words.join('\u0000'), 'buffer');
  return Array.from({ length: 8 }, (_, index) => digest.readUInt32BE(index * 4) / 2 ** 32);
}
