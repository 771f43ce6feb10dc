import { BlockList, isIP } from 'node:net';
import type { Context } from 'hono';
import { clientAddress } from '../client-address.ts';
import type { Env } from '../env.ts';

const near = new BlockList();
for (const [network, prefix] of [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const)
  near.addSubnet(network, prefix, 'ipv4');
near.addAddress('::1', 'ipv6');
near.addSubnet('fc00::', 7, 'ipv6');
near.addSubnet('fe80::', 10, 'ipv6');

const plain = (address: string): string => address.trim().replace(/^::ffff:(?=\d+\.)/i, '');

/**
 * Where a visitor comes from. Public pages stand behind a proxy: what comes from a machine of one's own network was brought
 * by it, and the last address that it has written down is believed; what comes from anywhere else is its own address,
 * whatever it claims.
 */
export function visitorAddress(c: Context<Env>): string | undefined {
  const direct = plain(clientAddress(c) ?? '');
  const family = isIP(direct);
  if (family === 0) return undefined;
  if (!near.check(direct, family === 4 ? 'ipv4' : 'ipv6')) return direct;
  const told = plain(c.req.header('x-forwarded-for')?.split(',').at(-1) ?? '');
  return isIP(told) ? told : direct;
}

/**
 * As much of an address as is kept as proof: the network (24 bits of IPv4, 48 of IPv6). It shows from where an agreement
 * came and does not point at a person.
 */
export function networkOf(address: string | undefined): string | undefined {
  if (address === undefined) return undefined;
  if (isIP(address) === 4) return `${address.split('.').slice(0, 3).join('.')}.0/24`;
  if (isIP(address) !== 6) return undefined;
  const [head = '', tail = ''] = address.split('::');
  const groups = head.split(':').filter((group) => group !== '');
  const rest = address.includes('::') ? tail.split(':').filter((group) => group !== '') : [];
  const filled = [...groups, ...Array<string>(Math.max(0, 8 - groups.length - rest.length)).fill('0'), ...rest];
  return `${filled
    .slice(0, 3)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/48`;
}

const mostKept = 10_000;

/** Counts what visitors do, in windows of a fixed length. Kept in memory: a restart forgives. */
export class VisitorLimit {
  readonly #counts = new Map<string, number>();
  readonly #most: number;
  readonly #window: number;
  #began = performance.now();

  constructor({ most, window }: { most: number; window: number }) {
    this.#most = most;
    this.#window = window;
  }

  /** Counts one more, and says whether it is still allowed. Whoever has no address is counted together. */
  take(address: string | undefined): boolean {
    const now = performance.now();
    if (now - this.#began > this.#window || this.#counts.size > mostKept) {
      this.#counts.clear();
      this.#began = now;
    }
    const who = networkKey(address);
    const count = (this.#counts.get(who) ?? 0) + 1;
    this.#counts.set(who, count);
    return count <= this.#most;
  }
}

/** Of IPv6 a household has a whole /64. */
const networkKey = (address = ''): string => (isIP(address) === 6 ? (networkOf(address) ?? '') : address);
