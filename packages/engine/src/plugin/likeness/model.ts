import type { Levels } from './compare.ts';
import { compare } from './compare.ts';
import { fullName } from './full-name.ts';
import { sound } from './fold.ts';
import type { Person } from './person.ts';

/**
 * How certain it is that two customers are one person: Fellegi and Sunter's model of record linkage (1969), with the
 * frequency of the values that agree in place of one chance for all of a field (Winkler 1989), and with a third explanation
 * besides "the same" and "strangers": two people of one household, who share family name, address and phone without being
 * one. Each explanation gives each field's agreement a chance; by Bayes, with how common each is, that makes a probability.
 */
/** What the fields of one person look like when they are written down twice. */
const same = {
  given: { equal: 0.78, part: 0.05, initial: 0.03, short: 0.02, similar: 0.08, close: 0.02, differ: 0.02, missing: 1 },
  family: {
    equal: 0.85,
    part: 0.02,
    initial: 0.005,
    short: 0.002,
    similar: 0.07,
    close: 0.013,
    differ: 0.04,
    missing: 1,
  },
  birth: { equal: 0.91, swapped: 0.02, near: 0.05, differ: 0.02, missing: 1 },
  address: { same: 0.7, street: 0.05, postcode: 0.05, city: 0.85, differ: 0.2, missing: 1 },
  email: { equal: 0.55, local: 0.08, near: 0.04, differ: 0.33, missing: 1 },
  phone: { equal: 0.6, near: 0.04, differ: 0.36, missing: 1 },
  generation: { fits: 0.9, one: 0.09, differ: 0.01 },
  swapped: 0.03,
} as const satisfies Record<string, object | number>;

/** Two people who live together or are kin. What a value's own frequency says more of is taken from there. */
const household = {
  // Two sons in a hundred have their father's name, and one pair in eight is father and son.
  given: {
    equal: 0.0025,
    part: 0.002,
    initial: 0.07,
    short: 0.003,
    similar: 0.01,
    close: 0.02,
    differ: 0.89,
    missing: 1,
  },
  family: {
    equal: 0.75,
    part: 0.04,
    initial: 0.005,
    short: 0.001,
    similar: 0.01,
    close: 0.01,
    differ: 0.19,
    missing: 1,
  },
  // Twins: one birth in eighty, and one pair in five of a household are brothers and sisters.
  birth: { equal: 0.003, swapped: 0.0001, near: 0.002, differ: 0.995, missing: 1 },
  address: { same: 0.85, street: 0.02, postcode: 0.04, city: 0.92, differ: 0.09, missing: 1 },
  email: { equal: 0.05, local: 0.01, near: 0.01, differ: 0.93, missing: 1 },
  phone: { equal: 0.3, near: 0.005, differ: 0.7, missing: 1 },
  generation: { fits: 0.6, one: 0.3, differ: 0.1 },
} as const;

/** Strangers, where they agree without having the same value. */
const strangers = {
  name: { part: 2, short: 2, similar: 3, close: 8 },
  initial: 0.08,
  birth: { swapped: 0.00004, near: 0.0015 },
  email: { near: 0.00002 },
  phone: { near: 0.0000005 },
  generation: { fits: 0.95, one: 0.045, differ: 0.005 },
} as const;

/** How many of those who live with somebody are customers too. */
const housemates = 0.5;

export interface Scored {
  /** How certain it is that the two are one person, between 0 and 1. */
  score: number;
  levels: Levels;
}

/** How common values are among customers. */
export interface Commonness {
  customers: number;
  /** How many have this value: fields are named by a letter each, see `Census`. */
  count(field: string, value: string): number;
}

/** Scores pairs by what is known of how common values are. */
export class Likeness {
  readonly #common: Commonness;
  readonly #duplicates: number;

  constructor({ duplicates }: { duplicates: number }, common: Commonness) {
    this.#common = common;
    this.#duplicates = duplicates;
  }

  /** How likely a stranger has this value too: of those who have it, the two who are compared do not count. */
  #share(field: string, value: string): number {
    return Math.max(0.05, this.#common.count(field, value) - 2) / Math.max(this.#common.customers, 100);
  }

  score(a: Person, b: Person): Scored {
    const levels = compare(a, b);
    const n = Math.max(this.#common.customers, 100);
    let one = (2 * this.#duplicates) / n;
    let kin = (2 * housemates) / n;
    let chance = 1;
    const weigh = (s: number, h: number, r: number) => {
      one *= s;
      kin *= h;
      chance *= Math.min(r, 1);
    };
    const { given, family, swapped } = levels;
    const alike = this.#byChance(given, a.given, swapped ? b.family : b.given);
    // Those who live together have each a name of their own, and now and then the same by chance.
    weigh(same.given[given], household.given[given] + (alike < 1 ? 0.3 * alike : 0), alike);
    weigh(
      same.family[family],
      household.family[family],
      this.#byChance(family, a.family, swapped ? b.given : b.family),
    );
    // Names go together, by where their bearers come from: both are not rarer than the two as one.
    if (given === 'equal' && family === 'equal')
      chance = Math.max(chance, this.#share('f', fullName(a.given, a.family)));
    if (swapped) weigh(same.swapped, 0.0005, 1);
    this.#rest(a, b, levels, weigh);
    return { score: one / (one + kin + chance), levels };
  }

  #byChance(level: Levels['given'], a: string, b: string): number {
    if (level === 'missing' || level === 'differ') return 1;
    if (level === 'initial') return strangers.initial;
    const share = Math.max(this.#nameShare(a), this.#nameShare(b));
    return level === 'equal' ? share : Math.max(0.0002, share * strangers.name[level]);
  }

  /** A rare writing of a common name is not a rare name. */
  #nameShare(name: string): number {
    return Math.max(this.#share('n', name), 0.1 * this.#share('m', sound(name)));
  }

  #rest(a: Person, b: Person, levels: Levels, weigh: (s: number, h: number, r: number) => void): void {
    const { birth, address, email, phone, generation } = levels;
    const chances = {
      birth:
        birth === 'equal'
          ? this.#share('b', String(a.birth))
          : birth === 'swapped' || birth === 'near'
            ? strangers.birth[birth]
            : 1,
      address: this.#addressByChance(address, a, b),
      email: this.#emailByChance(email, a, b, levels),
      phone: phone === 'equal' ? this.#rarest('p', a.phones, b.phones) : phone === 'near' ? strangers.phone.near : 1,
    };
    // A date that many are given because none was known says nothing of a household either.
    weigh(
      same.birth[birth],
      birth === 'equal' ? Math.max(household.birth.equal, chances.birth) : household.birth[birth],
      chances.birth,
    );
    weigh(same.address[address], household.address[address], chances.address);
    weigh(
      same.email[email],
      email === 'local' ? Math.max(household.email.local, chances.email) : household.email[email],
      chances.email,
    );
    weigh(same.phone[phone], household.phone[phone], chances.phone);
    if (generation !== 'fits')
      weigh(same.generation[generation], household.generation[generation], strangers.generation[generation]);
  }

  #addressByChance(level: Levels['address'], a: Person, b: Person): number {
    const place = a.postcode || a.city;
    if (level === 'same') return this.#share('h', `${place} ${a.street} ${a.house}`);
    if (level === 'street')
      return Math.max(
        this.#share('s', `${place} ${a.street}`),
        this.#share('s', `${b.postcode || b.city} ${b.street}`),
      );
    if (level === 'city') return this.#share('c', a.city);
    return level === 'postcode' ? this.#share('z', place) : 1;
  }

  /** Two of one name think of the same address: it says less about them than it would about others. */
  #emailByChance(level: Levels['email'], a: Person, b: Person, { given, family }: Levels): number {
    const named = given !== 'differ' || family !== 'differ';
    if (level === 'equal') return this.#rarest('e', a.emails, b.emails);
    if (level === 'near') return named ? 0.01 : strangers.email.near;
    if (level !== 'local') return 1;
    const local = (email: string) => email.slice(0, email.lastIndexOf('@'));
    const share = this.#rarest('l', a.emails.map(local), b.emails.map(local));
    return named ? Math.max(share, 0.02) : share;
  }

  #rarest(field: string, a: readonly string[], b: readonly string[]): number {
    let least = 1;
    for (const value of a) if (b.includes(value)) least = Math.min(least, this.#share(field, value));
    return least;
  }
}
