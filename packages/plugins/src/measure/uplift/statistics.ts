import jstat from 'jstat';

const { normal } = jstat.jStat;
/** Of the normal distribution, for an interval that covers the truth 95 times in 100. */
export const z95 = normal.inv(0.975, 0, 1);

export interface Interval {
  low: number;
  high: number;
}
export interface Count {
  readonly customers: number;
  readonly converted: number;
}
export interface Sample {
  readonly size: number;
  readonly sum: number;
  readonly sumOfSquares: number;
}

/** Wilson's score interval of a proportion (Wilson 1927). */
export function wilson({ customers: n, converted: x }: Count): Interval {
  const z2 = z95 ** 2;
  const middle = (2 * x + z2) / (2 * (n + z2));
  const half = (z95 * Math.sqrt(z2 + (4 * x * (n - x)) / n)) / (2 * (n + z2));
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}

/**
 * The difference of two proportions with its 95 % interval: Newcombe's hybrid score interval, method 10 of R. G. Newcombe,
 * Interval estimation for the difference between independent proportions, Statistics in Medicine 17 (1998) 873–890. Unlike
 * the textbook's, it stays within −1 and 1 and holds its level with few conversions or none.
 */
export function difference(a: Count, b: Count): Interval & { difference: number } {
  const [p1, p2] = [a.converted / a.customers, b.converted / b.customers];
  const [one, two] = [wilson(a), wilson(b)];
  return {
    difference: p1 - p2,
    low: p1 - p2 - Math.hypot(p1 - one.low, two.high - p2),
    high: p1 - p2 + Math.hypot(one.high - p1, p2 - two.low),
  };
}

/** How probable a difference as large as this is where there is none: two-sided z test with pooled variance. 1 when nothing varies. */
export function pValue(a: Count, b: Count): number {
  const pooled = (a.converted + b.converted) / (a.customers + b.customers);
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / a.customers + 1 / b.customers));
  const distance = Math.abs(a.converted / a.customers - b.converted / b.customers);
  return error > 0 ? Math.min(1, 2 * normal.cdf(-distance / error, 0, 1)) : 1;
}

export const mean = ({ size, sum }: Sample): number => sum / size;

/** The square of a mean's standard error; 0 where one value alone tells nothing of the spread. */
export const squaredError = ({ size, sum, sumOfSquares }: Sample): number =>
  size > 1 ? Math.max(0, sumOfSquares - sum ** 2 / size) / (size - 1) / size : 0;

/** The difference of two means with its 95 % interval, by the normal approximation with unequal variances (Welch). */
export function meanDifference(a: Sample, b: Sample): Interval & { difference: number } {
  const middle = mean(a) - mean(b);
  const half = z95 * Math.sqrt(squaredError(a) + squaredError(b));
  return { difference: middle, low: middle - half, high: middle + half };
}

/**
 * How probable it is of each of several that its true mean is the greatest, taking each as normally distributed round its
 * estimate: ∫ φᵢ(x) ∏ⱼ Φⱼ(x) dx by Simpson's rule. This is what Thompson sampling draws by chance, worked out instead, so
 * that the same figures always lead to the same weights.
 */
export function probabilitiesOfBest(means: readonly { mean: number; error: number }[]): number[] {
  const certain = means.map(({ mean, error }) => ({ mean, error: Math.max(error, 1e-12) }));
  const steps = 2000;
  const raw = certain.map(({ mean, error }, index) => {
    // Over eight standard errors on each side of its own mean: beyond, the density is below 1e-14.
    const point = (step: number) => -8 + (16 * step) / steps;
    let sum = 0;
    for (let step = 0; step <= steps; step++) {
      const x = point(step);
      const others = certain.reduce(
        (product, other, j) =>
          j === index ? product : product * normal.cdf(mean + x * error, other.mean, other.error),
        1,
      );
      const weight = step === 0 || step === steps ? 1 : step % 2 === 1 ? 4 : 2;
      sum += (weight * others * Math.exp(-(x ** 2) / 2)) / Math.sqrt(2 * Math.PI);
    }
    return (sum * 16) / steps / 3;
  });
  const total = raw.reduce((sum, value) => sum + value, 0);
  return raw.map((value) => value / total);
}
