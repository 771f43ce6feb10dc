import type { StoryWorld, Transport } from '@osicam/engine/plugin';
import type { TelecomBase } from './generate.ts';
import { createOutside, renewalOf, variantOf } from './outside.ts';

/** The outside within the process: messages are handed over instead of sent, on whatever clock the engine has. */
export function createInsideWorld(base: TelecomBase): StoryWorld {
  const outside = createOutside(base);
  const email: Transport = {
    async deliver({ key, address, body }, { now }) {
      outside.receive({ id: key, channel: 'email', address, variant: variantOf(String(body.text)), at: now });
      return { status: 'sent' };
    },
  };
  const callList: Transport = {
    async deliver({ key, address }, { now }) {
      outside.receive({ id: key, channel: 'call', address, at: now });
      return { status: 'sent' };
    },
  };
  const webhook: Transport = {
    async deliver({ key, address, body }, { now }) {
      const renewal = renewalOf(body);
      if (!renewal) return { status: 'failed', detail: 'expected an account in data' };
      const { account: customerKey, turn } = renewal;
      const receipt = outside.receive({ id: key, channel: 'webhook', address, customerKey, turn, at: now });
      return receipt === 'unknown'
        ? { status: 'failed', detail: `no account ${customerKey}` }
        : { status: 'sent', detail: receipt };
    },
  };
  return {
    transports: { 'interact/email': email, 'interact/call-list': callList, 'interact/webhook': webhook },
    nextDue: () => outside.nextDue(),
    take: (until) => outside.take(until),
    truth: (turn) => outside.truth(turn),
  };
}
