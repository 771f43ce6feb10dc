import { source, z } from '@osicam/engine/plugin';
import { reentryFields, toReentry } from '../../reentry.ts';

export const call = source({
  type: 'collect/call',
  stage: 'collect',
  title: 'When another system says so',
  description: 'Lets those into the loop whom another system names through the API, and nobody else.',
  settings: z.object(reentryFields('always')),
  entry: (reentry) => ({ on: 'call', again: toReentry(reentry) }),
});
