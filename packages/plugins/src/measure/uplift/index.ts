import type { ArmOutcome, JsonObject } from '@osicam/engine/plugin';
import {
  choiceField,
  durationField,
  eventField,
  nodeField,
  report,
  ruleField,
  traitField,
  z,
} from '@osicam/engine/plugin';
import { parseDuration } from '@osicam/engine/rule';
import { eventRuleProblems } from '../../event-rule.ts';
import { learn } from './learn.ts';
import { difference, meanDifference, pValue } from './statistics.ts';

const settings = z.object({
  experiment: nodeField().meta({ title: 'Experiment', description: 'The node that parted treated from held out.' }),
  holdout: z
    .string()
    .min(1)
    .default('holdout')
    .meta({ title: 'Holdout', description: 'The way out by which those left who got no treatment.' }),
  goal: eventField()
    .default('order')
    .meta({ title: 'Goal', description: 'The event that counts as success, as "renewal".' }),
  where: ruleField().optional().meta({ title: 'Only where', description: 'Conditions on the event itself.' }),
  within: durationField()
    .default('P14D')
    .meta({ title: 'Within', description: 'How long after the experiment the goal counts.' }),
  valueProperty: z.string().default('').meta({
    title: 'Value',
    description:
      'The property of the event that says what it was worth, in minor units. Left empty, conversions alone are measured.',
  }),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'expected three letters, as EUR')
    .default('EUR')
    .meta({ title: 'Currency', description: 'Of values and costs, as EUR.' }),
  by: traitField()
    .optional()
    .meta({ title: 'By', description: 'A trait whose values are also measured one by one, as "segment".' }),
  learn: choiceField({ none: 'nothing', propose: 'proposes new weights', take: 'takes new weights' })
    .default('none')
    .meta({
      title: 'Learn',
      description:
        'Whether new weights for the treatments are worked out, and only proposed or taken from the next turn on.',
    }),
  explore: z.number().min(0).max(0.5).default(0.1).meta({
    title: 'Keep trying',
    description: 'The share that every treatment keeps at least, as 0.1, however badly it did.',
  }),
  leastCustomers: z.number().int().min(1).default(100).meta({
    title: 'Learn from',
    description: 'How many customers each treatment must have had before anything is learnt.',
  }),
});

const counted = ({ customers, open, converted }: ArmOutcome): JsonObject => ({
  customers,
  open,
  conversions: converted,
  rate: customers > 0 ? converted / customers : null,
});

const nothing = (port: string): ArmOutcome => ({
  port,
  customers: 0,
  open: 0,
  converted: 0,
  value: { sum: 0, sumOfSquares: 0 },
  messages: 0,
  cost: 0,
});

const together = (port: string, arms: readonly ArmOutcome[]): ArmOutcome =>
  arms.reduce(
    (all, arm) => ({
      port,
      customers: all.customers + arm.customers,
      open: all.open + arm.open,
      converted: all.converted + arm.converted,
      value: {
        sum: all.value.sum + arm.value.sum,
        sumOfSquares: all.value.sumOfSquares + arm.value.sumOfSquares,
      },
      messages: all.messages + arm.messages,
      cost: all.cost + arm.cost,
    }),
    nothing(port),
  );

const times = (
  { difference, low, high }: { difference: number; low: number; high: number },
  n: number,
): JsonObject => ({
  estimate: difference * n,
  low: low * n,
  high: high * n,
});

/** What those who were treated did beyond what the held out tell they would have done anyway. Null where nothing can be said. */
function against(arm: ArmOutcome, holdout: ArmOutcome, byValue: boolean): JsonObject {
  const base: JsonObject = { ...counted(arm), messages: arm.messages, cost: arm.cost };
  if (arm.customers === 0 || holdout.customers === 0)
    return { ...base, uplift: null, incrementalConversions: null, incrementalValue: null, return: null };
  const rates = difference(arm, holdout);
  const values = meanDifference({ size: arm.customers, ...arm.value }, { size: holdout.customers, ...holdout.value });
  const extra = values.difference * arm.customers;
  return {
    ...base,
    uplift: { ...rates, pValue: pValue(arm, holdout) },
    incrementalConversions: times(rates, arm.customers),
    incrementalValue: byValue ? times(values, arm.customers) : null,
    return: byValue && arm.cost > 0 ? (extra - arm.cost) / arm.cost : null,
  };
}

function measure(outcomes: readonly ArmOutcome[], held: string, byValue: boolean): JsonObject {
  const holdout = together(
    held,
    outcomes.filter(({ port }) => port === held),
  );
  const ports = [...new Set(outcomes.map(({ port }) => port))].filter((port) => port !== held);
  const arms = ports.map((port) =>
    together(
      port,
      outcomes.filter((arm) => arm.port === port),
    ),
  );
  return {
    holdout: { ...counted(holdout), value: byValue ? holdout.value.sum : null },
    treated: against(together('treated', arms), holdout, byValue),
    arms: arms.map((arm) => ({ port: arm.port, ...against(arm, holdout, byValue) })),
  };
}

export const uplift = report({
  type: 'measure/uplift',
  stage: 'measure',
  title: 'Uplift',
  description:
    'Compares treated customers with those held out: how many more reached the goal because of the treatment, how sure that ' +
    'is, what it brought and what it cost. It can teach the experiment better weights for the next turn.',
  settings,
  check: ({ where }) => eventRuleProblems(where, ['where']),
  report: async ({ settings: set, turn, population, settingsOf }) => {
    const byValue = set.valueProperty !== '';
    const goal = {
      event: set.goal,
      where: set.where,
      within: parseDuration(set.within),
      ...(byValue ? { valueProperty: set.valueProperty } : {}),
    };
    const outcomes = await population.outcomes({ node: set.experiment, turn, goal });
    const figures: JsonObject = {
      experiment: set.experiment,
      goal: set.goal,
      within: set.within,
      currency: set.currency,
      ...measure(outcomes, set.holdout, byValue),
    };
    if (set.by) {
      const split = await population.outcomes({ node: set.experiment, turn, goal, by: set.by });
      const groups = [...new Set(split.map(({ group = '' }) => group))].sort();
      figures.by = set.by;
      figures.groups = groups.map((group) => ({
        group,
        ...measure(
          split.filter((arm) => (arm.group ?? '') === group),
          set.holdout,
          byValue,
        ),
      }));
    }
    if (set.learn === 'none') return { figures };
    const arms = new Map(outcomes.map((arm) => [arm.port, arm]));
    const { proposals, note } = learn(set.experiment, settingsOf(set.experiment), arms, {
      byValue,
      explore: set.explore,
      least: set.leastCustomers,
    });
    return { figures: { ...figures, learning: note }, proposals, take: set.learn === 'take' };
  },
});
