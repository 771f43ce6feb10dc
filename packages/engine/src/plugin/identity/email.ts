import { domainToASCII } from 'node:url';
import type { IdentityPolicy } from './policy.ts';

/** What nearly every address is already: then there is nothing to do. */
const plain = /^[a-z0-9!#$%&'*/=?^_`{|}~.-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+$/;

/**
 * Gives e-mail addresses their one form: small letters, composed characters, the domain in ASCII. What is before the @ keeps
 * its dots and tags unless the policy says otherwise. Undefined for what is no address.
 */
export function emailForm({ dropTags, dropDotsAt }: IdentityPolicy['email']): (value: string) => string | undefined {
  const dotless = new Set(dropDotsAt);
  const drop = (local: string, domain: string): string | undefined => {
    const untagged = dropTags ? local.replace(/(?!^)\+.*$/, '') : local;
    const bare = dotless.has(domain) ? untagged.replaceAll('.', '') : untagged;
    return bare === '' ? undefined : `${bare}@${domain}`;
  };
  return (value) => {
    const small = value.toLowerCase();
    if (dotless.size === 0 && plain.test(small)) return small;
    const at = value.lastIndexOf('@');
    const local = value.slice(0, at).normalize('NFC').toLowerCase();
    const domain = value
      .slice(at + 1)
      .normalize('NFC')
      .toLowerCase();
    if (at < 1 || domain === '' || /[\s@<>\p{Cc}]/u.test(local) || /[\s<>\p{Cc}]/u.test(domain)) return undefined;
    // A name within a house need not be a name of the world, but it must be one.
    const ascii = domainToASCII(domain);
    return ascii === '' ? undefined : drop(local, ascii);
  };
}
