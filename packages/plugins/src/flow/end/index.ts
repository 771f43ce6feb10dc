import { router, z } from '@osicam/engine/plugin';

export const end = router({
  type: 'flow/end',
  stage: 'flow',
  title: 'End',
  description: 'The customer leaves the loop here. Whether it may come back is for the entry to say.',
  settings: z.object({}),
  ports: [{ id: 'ended', title: 'Ended', terminal: true }],
  route: () => ({ by: 'rules', cases: [], otherwise: 'ended' }),
});
