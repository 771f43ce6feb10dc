import { drawHistory, type SourceEvent } from './history.ts';
import { nameCards } from './name-card.ts';
import { drawPerson, MOST_CUSTOMERS, type Person } from './person.ts';
import { createRandom } from './random.ts';
import { drawSources, type Sources } from './sources.ts';
import { countTruth, type Truth } from './truth.ts';

export type TelecomBase = {
  readonly seed: number;
  readonly now: number;
  readonly persons: readonly Person[];
  readonly sources: Sources;
  /** Oldest first for each person; persons in their own order. */
  readonly events: readonly SourceEvent[];
  readonly truth: Truth;
};

export type GenerateOptions = {
  readonly seed: number;
  readonly customers?: number;
  /** Epoch milliseconds: the instant at which the operator took the three files from its systems. */
  readonly now: number;
};

/** An operator's customers, the same for the same options on every machine. */
export function generate({ seed, customers = 20_000, now }: GenerateOptions): TelecomBase {
  if (!Number.isInteger(customers) || customers < 1 || customers > MOST_CUSTOMERS) {
    throw new RangeError(`customers: expected a whole number from 1 to ${MOST_CUSTOMERS}, got ${customers}`);
  }
  if (!Number.isInteger(seed)) throw new RangeError(`seed: expected a whole number, got ${seed}`);
  const random = createRandom(seed);
  const cardAt = nameCards(random);
  const persons = Array.from({ length: customers }, (_, index) => drawPerson(index, cardAt(index), now, random));

  const oddSpellings: Record<string, Record<string, Record<string, number>>> = {};
  const sources = drawSources(persons, now, random, (file, column, spelling) => {
    const kinds = ((oddSpellings[file] ??= {})[column] ??= {});
    kinds[spelling] = (kinds[spelling] ?? 0) + 1;
  });
  const events = persons.flatMap((person) => drawHistory(person, now, random));
  const truth = countTruth(seed, now, persons, sources, events, oddSpellings);
  return { seed, now, persons, sources, events, truth };
}
