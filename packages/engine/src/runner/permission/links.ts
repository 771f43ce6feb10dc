import { consentNeeded } from '../../plugin/permission-policy.ts';
import type { PermissionPolicy } from '../../plugin/permission-policy.ts';
import type { Contact, PermissionLinks } from '../../plugin/index.ts';
import type { Parts } from '../parts.ts';

/** Where mails lead whoever wants to say what they receive: `page` is unsubscribe, preferences or opt-in. */
export const publicLink = (publicURL: string, page: 'unsubscribe' | 'preferences' | 'opt-in', token: string): string =>
  `${publicURL}/${page}/${token}`;

/** Whether somebody who refuses this is heeded when the next message of the kind is due. */
export const canBeRefused = (policy: PermissionPolicy, contact: Contact): boolean =>
  consentNeeded(policy, contact) !== 'notNeeded';

const told = new WeakSet<Parts>();

/** The links of one message, for its text and for its header. None where nobody could open them. */
export function linksOf(
  parts: Parts,
  policy: PermissionPolicy,
  { customer, node, contact }: { customer: number; node: number; contact: Contact },
): PermissionLinks | undefined {
  const { permission, customers, log } = parts;
  const refusable = canBeRefused(policy, contact);
  if (permission?.publicURL === undefined) {
    if (permission && refusable && !told.has(parts)) {
      told.add(parts);
      log.warn(
        'messages that need consent go out without a link to refuse them by: name the address of this installation as ' +
          'publicURL in its configuration, or in OSICAM_PUBLIC_URL',
        { channel: contact.channel, purpose: contact.purpose },
      );
    }
    return undefined;
  }
  const { channel, purpose } = contact;
  const token = customers.signLink(permission.secret, { customer, channel, purpose, node });
  const preferences = publicLink(permission.publicURL, 'preferences', token);
  return {
    preferences,
    unsubscribe: refusable ? publicLink(permission.publicURL, 'unsubscribe', token) : preferences,
  };
}
