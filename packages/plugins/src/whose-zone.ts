import type { DueContext } from '@osicam/engine/plugin';
import { zoneField, zoneOf } from '@osicam/engine/plugin';

/** The setting of all nodes that go by the clock on somebody's wall. */
export const whoseZone = () =>
  zoneField().optional().meta({
    title: 'Time zone',
    description:
      'Whose clock counts. A customer\'s own is what its trait "timezone" says, or that of this installation where it says nothing.',
    unset: "the customer's own",
  });

/** One answer a customer, worked out once for all who have the same zone. */
export function byZone<T>(
  { batch, settings, zone }: DueContext<{ zone?: string | undefined }>,
  at: (zone: string) => T,
): T[] {
  const known = new Map<string, T>();
  return batch.map((customer) => {
    const own = settings.zone ?? zoneOf(customer, zone);
    const before = known.get(own);
    if (before !== undefined) return before;
    const answer = at(own);
    known.set(own, answer);
    return answer;
  });
}
