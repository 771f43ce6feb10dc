import { shareModulus, shareOf } from '../rule/share.ts';

export { shareModulus, shareOf } from '../rule/share.ts';

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
