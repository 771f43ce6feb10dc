import type { Patch } from '../plugin/index.ts';
import { checkPatch } from './check-patch.ts';
import { takeIn } from './happenings.ts';
import type { Parts } from './parts.ts';
import { Touched } from './touched.ts';

/**
 * What people find out about customers outside of any loop: taken in as a node's patches are, with all that follows from it.
 * `source` says who, for the history. What was refused, in words.
 */
export async function patchCustomers(parts: Parts, patches: readonly Patch[], source: string): Promise<string[]> {
  for (const patch of patches) checkPatch(source, patch);
  return parts.db.write(async (tx) => {
    const now = parts.clock.now();
    const { events, related, refused } = await parts.customers.applyPatches(tx, patches, { now, source });
    const touched = new Touched().related(related, patches);
    for (const patch of patches) touched.record(patch.customer, patch);
    await takeIn(parts, tx, { events, touched }, now);
    return refused.map(({ reason }) => reason);
  }, 'record');
}
