import { portField, router, z } from '@osicam/engine/plugin';
import { sameNames } from '../../ports.ts';

export const experiment = router({
  type: 'flow/experiment',
  stage: 'flow',
  title: 'Experiment',
  description:
    'Keeps some customers out on purpose and parts the rest between treatments, so that the effect of each can be measured. ' +
    'Who is kept out stays out, whatever happens to the weights.',
  settings: z.object({
    holdout: z.number().min(0).max(1).default(0.2).meta({
      title: 'Holdout',
      description: 'The part of the customers who get no treatment, as 0.2 for one in five.',
    }),
    arms: z
      .array(
        z.object({
          port: portField().meta({ title: 'Treatment', description: 'What this treatment is called.' }),
          weight: z
            .number()
            .nonnegative()
            .default(1)
            .meta({ title: 'Weight', description: 'Its part of those who are treated.' }),
        }),
      )
      .min(1)
      .default([{ port: 'treated', weight: 1 }])
      .meta({ title: 'Treatments', description: 'The treatments to compare, each with its weight.' }),
    key: z.string().max(200).default('').meta({
      title: 'Key',
      description: 'Experiments with the same key keep the same customers out. Left empty, this node draws its own.',
    }),
  }),
  ports: ({ arms }) => [...arms.map(({ port }) => ({ id: port })), { id: 'holdout', title: 'Holdout' }],
  check: ({ arms, holdout }) => [
    ...sameNames([
      { name: 'holdout', path: ['holdout'] },
      ...arms.map(({ port }, index) => ({ name: port, path: ['arms', index, 'port'] })),
    ]),
    ...(holdout === 1 || arms.some(({ weight }) => weight > 0)
      ? []
      : [{ path: ['arms'], message: 'expected at least one weight above 0, got none' }]),
  ],
  route: ({ holdout, arms, key }, { loop, node }) => {
    const sum = arms.reduce((total, { weight }) => total + weight, 0);
    // The holdout comes first and its weight is its share of 1, so its interval does not depend on the arms.
    const shares = arms.map(({ port, weight }) => ({ port, weight: sum > 0 ? ((1 - holdout) * weight) / sum : 0 }));
    return { by: 'shares', key: key || `${loop}/${node}`, shares: [{ port: 'holdout', weight: holdout }, ...shares] };
  },
});
