import type { LookupAddress, LookupOptions } from 'node:dns';
import { lookup } from 'node:dns';
import { BlockList, isIP } from 'node:net';

/**
 * The addresses of the public internet, as IANA's special-purpose registries leave them. Of IPv6 only what is allotted for
 * global use (2000::/3), less the ranges that wrap an IPv4 address or document: what is not known to be public is not called.
 */
const special = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  special.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  special.addSubnet(network, prefix, 'ipv6');
const global = new BlockList();
global.addSubnet('2000::', 3, 'ipv6');

export function isPublic(address: string): boolean {
  const bare = address.replace(/^\[|\]$/g, '');
  if (isIP(bare) === 4) return !special.check(bare, 'ipv4');
  return isIP(bare) === 6 && global.check(bare, 'ipv6') && !special.check(bare, 'ipv6');
}

/** A call to somewhere that the installation does not let its loops call. */
export class ForbiddenAddressError extends Error {
  override name = 'ForbiddenAddressError';
}

const refuse = (host: string, address: string) =>
  new ForbiddenAddressError(
    `${host}: expected a public address, got ${address}; an installation allows one by "allow": ["${host}"]`,
  );

/** `host:port`, with the scheme's own port where the address names none. */
export const hostOf = (url: URL): string => `${url.hostname}:${url.port || (url.protocol === 'https:' ? 443 : 80)}`;

type Answer = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

/**
 * What an HTTP client resolves names by, so that every address that it may connect to has been looked at: a name that leads
 * to one public and one private address leads nowhere. A literal address is never resolved, and so is looked at here.
 */
export function guardedLookup(url: URL, allow: readonly string[]) {
  const host = hostOf(url);
  if (allow.includes(host)) return undefined;
  const literal = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(literal) && !isPublic(literal)) throw refuse(host, literal);
  return (name: string, options: LookupOptions, answer: Answer): void => {
    lookup(name, { ...options, all: true }, (error, addresses) => {
      if (error) return answer(error, []);
      const hidden = addresses.find(({ address }) => !isPublic(address));
      if (hidden) return answer(refuse(host, hidden.address), []);
      const [first] = addresses;
      if (options.all || !first) return answer(null, addresses);
      answer(null, first.address, first.family);
    });
  };
}
