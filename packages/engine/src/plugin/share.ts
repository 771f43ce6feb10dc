/**
 * The sticky share of a customer: the same customer and the same key always give the same number, whatever the weights,
 * the turn or the machine. Pure arithmetic modulo a prime, so that one SQL expression repeats it exactly: x ↦ x⁵ is a
 * bijection modulo 2³¹ − 1 (5 has no factor in common with 2³¹ − 2), and every product stays below 2⁶² where the fifth
 * power is worked out as x · (x²)² with a remainder taken after each product.
 */
export const shareModulus = 2147483647;

/** The constants between the three rounds, in order: multiplied by, then added; the middle addend is the key's second salt. */
export const shareRounds = { firstFactor: 48271, secondFactor: 16807, secondAddend: 12345 } as const;

const P = BigInt(shareModulus);
const fifth = (x: bigint): bigint => {
  const square = (x * x) % P;
  return (x * ((square * square) % P)) % P;
};

/** FNV-1a over the UTF-8 bytes, 32 bits. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}

/** What of the key goes into the arithmetic: two numbers below the modulus. */
export const shareSalts = (key: string): [number, number] => [
  fnv1a(key) % shareModulus,
  fnv1a(`${key}#2`) % shareModulus,
];

/** A number from 0 up to, but not including, `shareModulus`. */
export function shareOf(customerId: number, key: string): number {
  const [salt, salt2] = shareSalts(key).map(BigInt) as [bigint, bigint];
  let x = fifth(((BigInt(customerId) % P) + salt) % P);
  x = fifth((x * BigInt(shareRounds.firstFactor) + salt2) % P);
  x = fifth((x * BigInt(shareRounds.secondFactor) + BigInt(shareRounds.secondAddend)) % P);
  return Number(x);
}

/**
 * Where each share ends: the first share whose cut is greater than a customer's number is its own. Rounded to the nearest,
 * so that the cut after a share does not move when the weights behind it change and their sum stays the same.
 */
export function shareCuts(shares: readonly { readonly weight: number }[]): number[] {
  const total = shares.reduce((sum, { weight }) => sum + weight, 0);
  if (!(total > 0) || shares.some(({ weight }) => !(weight >= 0)))
    throw new RangeError(
      `expected weights of 0 or more with a sum above 0, got ${shares.map(({ weight }) => weight).join(', ')}`,
    );
  let sum = 0;
  const cuts = shares.map(({ weight }) => Math.round((shareModulus * (sum += weight)) / total));
  // Whatever rounding did, the last share that has a weight ends where the numbers end.
  const last = shares.findLastIndex(({ weight }) => weight > 0);
  return cuts.map((cut, index) => (index >= last ? shareModulus : cut));
}

/** The port of the share that a customer falls into. */
export function sharePort(
  customerId: number,
  key: string,
  shares: readonly { readonly port: string; readonly weight: number }[],
): string {
  const share = shareOf(customerId, key);
  return shares[shareCuts(shares).findIndex((cut) => share < cut)]?.port as string;
}
