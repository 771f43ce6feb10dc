import { createHmac } from 'node:crypto';
import { domainToASCII } from 'node:url';
import { deriveKey } from './derive-key.ts';

/**
 * One address written in one way, so that the same mailbox or number has one hash: an e-mail address in small letters with
 * its domain in ASCII, of a telephone number the digits with their plus, anything else without the space around it.
 */
export function normalAddress(channel: string, address: string): string {
  const text = address.trim().normalize('NFC');
  const at = text.lastIndexOf('@');
  if (at > 0) {
    const domain = text.slice(at + 1).toLowerCase();
    return `${text.slice(0, at).toLowerCase()}@${domainToASCII(domain) || domain}`;
  }
  if (channel === 'email') return text.toLowerCase();
  return /^\+?[\d\s()./-]+$/.test(text) ? text.replaceAll(/[^\d+]/g, '') : text;
}

/**
 * What the suppression list knows an address by. Keyed with the installation's secret, so that the list alone does not tell
 * whether somebody stands on it: addresses are few enough to be guessed one by one.
 */
export const suppressionHash = (secret: string, channel: string, address: string): string =>
  createHmac('sha256', deriveKey(secret, 'suppression'))
    .update(JSON.stringify([channel, normalAddress(channel, address)]))
    .digest('base64url');
