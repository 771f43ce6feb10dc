import { createHash } from 'node:crypto';
import type { Permission } from '../parts.ts';

/** What the link in a mail holds, of which the base keeps the digest alone. */
export function newOptInSecret({ newSecret }: Permission): { secret: string; digest: string } {
  const secret = newSecret();
  return { secret, digest: digestOfOptIn(secret) };
}

export const digestOfOptIn = (secret: string): string => createHash('sha256').update(secret).digest('base64url');

export const optInSecretForm = /^[\w-]{32}$/;
