import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { cached } from './cached.ts';
import type { WriteKeysPort } from './ports.ts';

/** What is kept of a write key. A key is 192 random bits, so a plain digest cannot be turned back. */
export const digestOfWriteKey = (key: string): string => createHash('sha256').update(key).digest('hex');

export const newWriteKey = (): string => `osk_${randomBytes(24).toString('base64url')}`;

export interface WriteKeys {
  isKnown(key: string): Promise<boolean>;
  create(name: string): Promise<{ name: string; key: string; createdAt: number }>;
}

/** Write keys, held for five seconds: ingestion asks for them thousands of times a second. */
export function writeKeys(port: WriteKeysPort): WriteKeys {
  const digests = cached(5000, async () => (await port.list()).map(({ digest }) => Buffer.from(digest, 'hex')));
  return {
    async isKnown(key) {
      const asked = Buffer.from(digestOfWriteKey(key), 'hex');
      let known = false;
      // Every one is compared, so that time says nothing of which.
      for (const digest of await digests.get())
        known = (digest.length === asked.length && timingSafeEqual(digest, asked)) || known;
      return known;
    },
    async create(name) {
      const key = newWriteKey();
      const { createdAt } = await port.add({ name, digest: digestOfWriteKey(key) });
      digests.forget();
      return { name, key, createdAt };
    },
  };
}
