import { hkdfSync } from 'node:crypto';

/** What a key of the installation's secret is for. Each use has a key of its own, so that none can be turned into another. */
export type KeyUse = 'links' | 'suppression' | 'mark';

const derived = new Map<string, Buffer>();

/** A key of 256 bits for one use, the same for every process that knows the secret. */
export function deriveKey(secret: string, use: KeyUse): Buffer {
  const name = `${use} ${secret}`;
  const known = derived.get(name);
  if (known) return known;
  const key = Buffer.from(hkdfSync('sha256', secret, '', `osicam permission ${use} 1`, 32));
  derived.set(name, key);
  return key;
}

/** What tells one secret from another without being of use for anything else. */
export const keyMark = (secret: string): string => deriveKey(secret, 'mark').toString('base64url');
