import type { ArmOutcome, Proposal } from '@osicam/engine/plugin';
import { z } from '@osicam/engine/plugin';
import { mean, probabilitiesOfBest, squaredError } from './statistics.ts';

/** What of an experiment's settings is read: any node with these can be learnt for. */
const experimentSettings = z.object({ arms: z.array(z.object({ port: z.string(), weight: z.number() })) });

/** What an arm brought per customer, and how sure that is. */
function worth({ customers, converted, value, cost }: ArmOutcome, byValue: boolean) {
  const sample = { size: customers, ...value };
  if (byValue) return { mean: mean(sample) - cost / customers, error: Math.sqrt(squaredError(sample)) };
  // One conversion and one failure more than there were (Agresti and Coull): an arm with none may still be any good.
  const rate = (converted + 1) / (customers + 2);
  return { mean: rate, error: Math.sqrt((rate * (1 - rate)) / (customers + 2)) };
}

/** No estimate is certain, so none is said to be. */
const percent = (probability: number) =>
  probability > 0.999 ? 'over 99.9 %' : probability < 0.001 ? 'under 0.1 %' : `${(probability * 100).toFixed(1)} %`;

/**
 * New weights for an experiment's arms: each gets the probability that it is the best, and every arm keeps at least `explore`,
 * so that one that was unlucky can still show itself. Best is the highest value less cost per customer, or without a value
 * the highest rate. The holdout is no arm and keeps its share.
 */
export function learn(
  node: string,
  settings: unknown,
  outcomes: ReadonlyMap<string, ArmOutcome>,
  { byValue, explore, least }: { byValue: boolean; explore: number; least: number },
): { proposals: Proposal[]; note: string } {
  const read = experimentSettings.safeParse(settings);
  if (!read.success) return { proposals: [], note: `no proposal: node ${node} has no arms with weights` };
  const { arms } = read.data;
  if (arms.length < 2) return { proposals: [], note: 'no proposal: there is one treatment only' };
  const known = arms.map(({ port }) => outcomes.get(port));
  const enough = known.filter((arm): arm is ArmOutcome => arm !== undefined && arm.customers >= least);
  if (enough.length < arms.length)
    return { proposals: [], note: `no proposal: expected at least ${least} customers in each treatment` };
  const best = probabilitiesOfBest(enough.map((arm) => worth(arm, byValue)));
  const floor = Math.min(explore, 1 / arms.length);
  const weights = best.map(
    (probability) => Math.round((floor + (1 - floor * arms.length) * probability) * 1000) / 1000,
  );
  const proposals = arms.map(({ weight }, index): Proposal => {
    return {
      node,
      path: ['arms', index, 'weight'],
      value: weights[index] as number,
      why: `it brings the most ${byValue ? 'value less cost' : 'conversions'} per customer with a probability of ${percent(best[index] as number)}; its weight was ${weight}`,
    };
  });
  return { proposals, note: 'proposed' };
}
