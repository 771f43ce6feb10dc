import { createHmac, timingSafeEqual } from 'node:crypto';
import { deriveKey } from './derive-key.ts';

/** Whom a link in a mail is for, and which mail it was in: what refusing by it refuses. */
export interface LinkClaim {
  customer: number;
  channel: string;
  purpose: string;
  /** The node that wrote the mail, as the store counts nodes. */
  node: number;
}

const macBytes = 24;
const longest = 2000;

/**
 * A token that stands for its claim without being stored: version, claim and 192 bits of HMAC-SHA256. Whoever has it may
 * see and change what this customer has agreed to, and nothing else; it does not expire, for a mail of years ago must still
 * let its reader go.
 */
export function signLink(secret: string, { customer, channel, purpose, node }: LinkClaim): string {
  const payload = Buffer.from(JSON.stringify([customer, channel, purpose, node])).toString('base64url');
  return `1.${payload}.${macOf(secret, payload).toString('base64url')}`;
}

/** What a token says, or undefined for one that this secret has not signed. */
export function readLink(secret: string, token: string): LinkClaim | undefined {
  if (token.length > longest) return undefined;
  const [, payload, mac] = /^1\.([\w-]+)\.([\w-]{32})$/.exec(token) ?? [];
  if (payload === undefined || mac === undefined) return undefined;
  if (!timingSafeEqual(macOf(secret, payload), Buffer.from(mac, 'base64url'))) return undefined;
  const [customer, channel, purpose, node] = JSON.parse(Buffer.from(payload, 'base64url').toString()) as [
    number,
    string,
    string,
    number,
  ];
  return { customer, channel, purpose, node };
}

const macOf = (secret: string, payload: string): Buffer =>
  createHmac('sha256', deriveKey(secret, 'links')).update(`1.${payload}`).digest().subarray(0, macBytes);
