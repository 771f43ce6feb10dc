import { createHash, randomBytes } from 'node:crypto';

/** A secret of 192 random bits by which a program uses the API. */
export const newApiToken = (): string => `osicam_${randomBytes(24).toString('base64url')}`;

/** A token's name stands in the audit as `token:<name>`, so it is one word. */
export const tokenNameForm = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
export const tokenNameWords = 'expected a name of letters, digits, dots, hyphens and underscores';

/** What every token looks like. */
export const apiTokenForm = /^osicam_[A-Za-z0-9_-]{32}$/;

/** What is kept of a token, and what it is found by: so many random bits cannot be turned back from a plain digest, nor found out by how long a look-up takes. */
export const digestOfApiToken = (secret: string): string => createHash('sha256').update(secret).digest('hex');
