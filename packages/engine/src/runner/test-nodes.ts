import { router, source, z } from '../plugin/index.ts';

/** Node types that the tests of this room draw with: a way in, a way out, a fork by age. */
export const none = z.object({});

export const described = (title: string) => ({ title, description: title });

/** Everybody who is told to. */
export const start = source({
  type: 't/in',
  stage: 'collect',
  ...described('In'),
  settings: none,
  entry: () => ({ on: 'records' }),
});

/** Whoever has a cart, once for each. */
export const onCart = source({
  type: 't/cart',
  stage: 'collect',
  ...described('Cart'),
  settings: none,
  entry: () => ({ on: 'event', event: 'cart', key: 'cart' }),
});

export const end = router({
  type: 't/end',
  stage: 'flow',
  ...described('End'),
  settings: none,
  ports: [{ id: 'ended', terminal: true }],
  route: () => ({ by: 'rules', cases: [], otherwise: 'ended' }),
});

export const byAge = router({
  type: 't/age',
  stage: 'segment',
  ...described('Age'),
  settings: z.object({ from: z.number().default(60) }),
  ports: [{ id: 'old' }, { id: 'young' }],
  route: ({ from }) => ({
    by: 'rules',
    cases: [{ port: 'old', when: { combinator: 'and', rules: [{ field: 'age', operator: '>=', value: from }] } }],
    otherwise: 'young',
  }),
});
