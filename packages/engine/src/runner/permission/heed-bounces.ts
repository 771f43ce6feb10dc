import type { CustomerEvent } from '../../plugin/index.ts';
import type { Transaction } from '../../store/index.ts';
import { takeIn } from '../happenings.ts';
import type { Parts } from '../parts.ts';
import type { Station } from '../station.ts';
import { Touched, what } from '../touched.ts';
import { heedReport } from './heed-reports.ts';

interface Undelivered {
  customer: number;
  n: number;
  step: number;
  attempts: number;
  detail: string | null;
  station: Station;
  bounce?: { type: 'hard' | 'soft'; channel: string; address: string };
}

/**
 * Addresses that the other side refused while it was spoken to. Of e-mail each is an event of its customer, as if a report
 * had come in later, and the event puts the address on the list; of another channel the list alone is told.
 */
export async function heedBounces(
  parts: Parts,
  tx: Transaction,
  messages: readonly Undelivered[],
  now: number,
): Promise<void> {
  const told: { customer: number; event: CustomerEvent }[] = [];
  for (const { customer, n, step, attempts, detail, station, bounce } of messages) {
    if (!bounce) continue;
    const { type, channel, address } = bounce;
    const status = /\b[245]\.\d{1,3}\.\d{1,3}\b/.exec(detail ?? '')?.[0];
    if (channel !== 'email') {
      await heedReport(parts, tx, { kind: type, channel, address, time: now, source: 'refused when sent' }, now);
      continue;
    }
    told.push({
      customer,
      event: {
        type: 'Email Bounced',
        category: 'contact',
        time: now,
        messageId: `bounce.${station.ref}.${n}.${step}.${attempts}`,
        properties: {
          type,
          email: address,
          source: 'refused when sent',
          loop: station.version.loop.id,
          node: station.node.id,
          ...(status === undefined ? {} : { status }),
        },
      },
    });
  }
  if (told.length === 0) return;
  const stored = await parts.customers.insertEvents(tx, told, { now, source: 'permission' });
  const events = stored.flatMap((event, i) =>
    event ? [{ customer: (told[i] as (typeof told)[0]).customer, event }] : [],
  );
  const touched = new Touched();
  for (const { customer, event } of events) touched.add(customer, what.event(event.type));
  await takeIn(parts, tx, { events, touched }, now);
}
