import { createHash, randomBytes } from 'node:crypto';

/** What the link in a mail holds: 192 random bits, of which the base keeps the digest alone. */
export function newOptInSecret(): { secret: string; digest: string } {
  const secret = randomBytes(24).toString('base64url');
  return { secret, digest: digestOfOptIn(secret) };
}

export const digestOfOptIn = (secret: string): string => createHash('sha256').update(secret).digest('base64url');

export const optInSecretForm = /^[\w-]{32}$/;
