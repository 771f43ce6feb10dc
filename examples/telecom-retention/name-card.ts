import { FIRST_NAMES, LAST_NAMES, MAIL_DOMAINS, withoutAccents } from './names.ts';
import type { Random } from './random.ts';

/** Who somebody is and how to reach them; no two persons of a base share an address or a number. */
export type NameCard = {
  readonly first: string;
  readonly last: string;
  readonly email: string;
  /** E.164, a French mobile. */
  readonly phone: string;
  /** Given up, but some system may still hold it. */
  readonly oldEmail: string;
  readonly oldPhone: string;
};

const MOBILE_PREFIXES = ['61', '62', '66', '67', '76', '77', '78'] as const;
const PHONES_A_PREFIX = 10_000_000;

/** Gives out name cards, one for each index. */
export function nameCards(random: Random): (index: number) => NameCard {
  const firstPhone = random.int(0, PHONES_A_PREFIX - 1);
  const taken = new Map<string, number>();
  // 7,368,787 shares no factor with 10 million, so the walk visits every number once before it repeats.
  const phoneAt = (position: number) => {
    const prefix = MOBILE_PREFIXES[Math.floor(position / PHONES_A_PREFIX)]!;
    const subscriber = (firstPhone + (position % PHONES_A_PREFIX) * 7_368_787) % PHONES_A_PREFIX;
    return `+33${prefix}${String(subscriber).padStart(7, '0')}`;
  };
  return (index) => {
    const first = random.pick(FIRST_NAMES);
    const last = random.pick(LAST_NAMES);
    const domain = random.pick(MAIL_DOMAINS);
    const name = withoutAccents(`${first}.${last}`).toLowerCase();
    const namesakes = (taken.get(name) ?? 0) + 1;
    taken.set(name, namesakes);
    const local = namesakes === 1 ? name : `${name}${namesakes}`;
    return {
      first,
      last,
      email: `${local}@${domain}`,
      phone: phoneAt(2 * index),
      oldEmail: `${local}.ancien@${domain}`,
      oldPhone: phoneAt(2 * index + 1),
    };
  };
}
