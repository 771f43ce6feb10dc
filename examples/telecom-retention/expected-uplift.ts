import { directoryOf } from './directory.ts';
import type { TelecomBase } from './generate.ts';
import { type Expectation, expectation, type Treatment } from './response-model.ts';

/** The truth if all of them got one treatment. They are named by any key: account number, e-mail, phone, … */
export function truth(base: TelecomBase, personIds: readonly string[], treatment: Treatment): Expectation {
  return expectedUplift(
    base,
    personIds.map((key) => ({ key, treatment })),
  );
}

/** The truth for a population in which each gets, or would get were it not held out, a treatment of its own. */
export function expectedUplift(
  base: TelecomBase,
  exposures: readonly { readonly key: string; readonly treatment: Treatment | 'none' }[],
): Expectation {
  const directory = directoryOf(base);
  return expectation(
    exposures.map(({ key, treatment }) => {
      const person = directory.find(key);
      if (!person) throw new Error(`expected a key of one of the base's ${base.persons.length} persons, got "${key}"`);
      return { person, treatment };
    }),
  );
}
