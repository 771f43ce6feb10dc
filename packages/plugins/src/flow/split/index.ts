import { portField, router, z } from '@osicam/engine/plugin';
import { sameNames } from '../../ports.ts';

export const split = router({
  type: 'flow/split',
  stage: 'flow',
  title: 'Split',
  description: 'Parts the customers by chance in the shares you set. The same customer always goes the same way.',
  settings: z.object({
    shares: z
      .array(
        z.object({
          port: portField().meta({ title: 'Name', description: 'What this way out is called.' }),
          weight: z
            .number()
            .nonnegative()
            .default(1)
            .meta({ title: 'Weight', description: 'Its part of the whole; the weights need not sum to 1 or 100.' }),
        }),
      )
      .min(1)
      .default([
        { port: 'a', weight: 50 },
        { port: 'b', weight: 50 },
      ])
      .meta({ title: 'Shares', description: 'The ways out, each with its weight.' }),
    key: z.string().max(200).default('').meta({
      title: 'Key',
      description:
        'Splits with the same key part the customers alike. Left empty, this node parts them in its own way.',
    }),
  }),
  ports: ({ shares }) => shares.map(({ port }) => ({ id: port })),
  check: ({ shares }) => [
    ...sameNames(shares.map(({ port }, index) => ({ name: port, path: ['shares', index, 'port'] }))),
    ...(shares.some(({ weight }) => weight > 0)
      ? []
      : [{ path: ['shares'], message: 'expected at least one weight above 0, got none' }]),
  ],
  route: ({ shares, key }, { loop, node }) => ({ by: 'shares', key: key || `${loop}/${node}`, shares }),
});
