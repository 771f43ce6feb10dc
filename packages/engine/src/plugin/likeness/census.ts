import { sound } from './fold.ts';
import { Frequencies } from './frequencies.ts';
import { fullName } from './full-name.ts';
import type { Commonness } from './model.ts';
import type { Person } from './person.ts';

/**
 * Counts how often each value occurs, in memory that does not grow with the number of customers beyond a table of counts.
 * n: a name; f: both names together; m: how a name sounds; b: a birth date; z, c: a postcode or a city; s: a street there; h: a house there; e: an
 * e-mail address; l: what stands before its @; p: a phone number.
 */
export class Census implements Commonness {
  customers = 0;
  readonly #frequencies: Frequencies;

  /** `expected`: about how many customers will be counted. */
  constructor(expected: number) {
    this.#frequencies = new Frequencies(4 * expected);
  }

  count(field: string, value: string): number {
    return this.#frequencies.count(field + value);
  }

  /** Every customer once, before any two are compared. */
  add({ given, family, birth, postcode, city, street, house, emails, phones }: Person): void {
    this.customers++;
    const add = (field: string, value: string) => {
      if (value !== '') this.#frequencies.add(field + value);
    };
    const place = postcode || city;
    for (const name of [given, family]) {
      add('n', name);
      if (name !== '') add('m', sound(name));
    }
    add('f', fullName(given, family));
    if (birth > 0) add('b', String(birth));
    add('z', place);
    add('c', city);
    if (street !== '') add('s', `${place} ${street}`);
    if (street !== '' && house !== '') add('h', `${place} ${street} ${house}`);
    for (const email of emails) {
      add('e', email);
      add('l', email.slice(0, email.lastIndexOf('@')));
    }
    for (const phone of phones) add('p', phone);
  }
}
