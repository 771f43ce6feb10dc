import type { SourceEvent } from './history.ts';
import { CONTRACTS, type Contract, type Person, type SecondAccount } from './person.ts';
import { isAtRisk, isValuable, TREATMENTS, type Treatment, expectation } from './response-model.ts';
import type { Sources } from './sources.ts';
import { normalizeEmail, normalizePhone } from './spelling.ts';

/** All that was put in on purpose, counted; and what is true of the customers. Written to `truth.json`. */
export type Truth = {
  readonly seed: number;
  readonly now: string;
  readonly persons: number;
  readonly rows: Readonly<Record<string, number>>;
  readonly events: { readonly total: number; readonly byCategory: Readonly<Record<string, number>> };
  /** Second rows of one person within billing. */
  readonly duplicates: Readonly<Record<SecondAccount | 'total', number>>;
  /** File, column, kind of spelling, count. */
  readonly oddSpellings: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, number>>>>>>;
  /** File, column, blank cells; columns without any are left out. */
  readonly missing: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly identity: Identity;
  /** Persons, not rows. */
  readonly contracts: Readonly<Record<Contract, number>>;
  readonly response: Readonly<Record<'all' | 'monthToMonth' | 'atRisk' | 'atRiskValuable', GroupTruth>>;
};

export type Identity = {
  readonly rows: number;
  /** Connected components over normalised e-mail and E.164 phone: what is left after deduplication over all files. */
  readonly components: number;
  /** Persons all of whose rows are in one component. */
  readonly reunited: number;
  readonly staysUnderOldPhone: number;
  readonly staysUnderOldEmail: number;
  /** Components that hold rows of two persons. There are none. */
  readonly mixed: number;
  readonly personsWithoutEmail: number;
  readonly personsWithoutPhone: number;
};

export type GroupTruth = {
  readonly persons: number;
  /** Mean probability to stay without any contact. */
  readonly control: number;
  readonly uplift: Readonly<Record<Treatment, number>>;
};

type Spellings = Truth['oddSpellings'];

export function countTruth(
  seed: number,
  now: number,
  persons: readonly Person[],
  sources: Sources,
  events: readonly SourceEvent[],
  oddSpellings: Spellings,
): Truth {
  const files = Object.values(sources);
  const second = (kind: SecondAccount) => persons.filter((person) => person.secondAccount?.kind === kind).length;
  return {
    seed,
    now: new Date(now).toISOString(),
    persons: persons.length,
    rows: Object.fromEntries(files.map(({ file, rows }) => [file, rows.length])),
    events: { total: events.length, byCategory: countBy(events, (event) => event.category) },
    duplicates: {
      movedSameEmail: second('movedSameEmail'),
      movedSamePhone: second('movedSamePhone'),
      enteredTwice: second('enteredTwice'),
      total: persons.filter((person) => person.secondAccount).length,
    },
    oddSpellings,
    missing: Object.fromEntries(
      files.map(({ file, columns, rows }) => {
        const blanks = columns.map(
          (column) => [column, rows.filter(({ cells }) => cells[column] === '').length] as const,
        );
        return [file, Object.fromEntries(blanks.filter(([, count]) => count > 0))];
      }),
    ),
    identity: identify(persons, sources),
    contracts: Object.fromEntries(
      CONTRACTS.map((contract) => [contract, persons.filter((person) => person.contract === contract).length]),
    ) as Record<Contract, number>,
    response: {
      all: describe(persons),
      monthToMonth: describe(persons.filter((person) => person.contract === 'Month-to-month')),
      atRisk: describe(persons.filter(isAtRisk)),
      atRiskValuable: describe(persons.filter((person) => isAtRisk(person) && isValuable(person))),
    },
  };
}

function identify(persons: readonly Person[], sources: Sources): Identity {
  const rows = Object.values(sources).flatMap((source) => source.rows);
  const parents = rows.map((_, index) => index);
  const root = (index: number): number => {
    let at = index;
    while (parents[at] !== at) {
      parents[at] = parents[parents[at]!]!;
      at = parents[at]!;
    }
    return at;
  };
  const holders = new Map<string, number>();
  const withEmail = new Set<number>();
  const withPhone = new Set<number>();
  rows.forEach(({ person, cells }, index) => {
    const email = normalizeEmail(cells.email ?? '');
    const phone = normalizePhone(cells.phone ?? '');
    if (email) withEmail.add(person);
    if (phone) withPhone.add(person);
    for (const key of [email, phone]) {
      if (key === undefined) continue;
      const holder = holders.get(key);
      if (holder === undefined) holders.set(key, index);
      else parents[root(index)] = root(holder);
    }
  });
  const componentsOf = new Map<number, Set<number>>();
  const personsIn = new Map<number, Set<number>>();
  rows.forEach(({ person }, index) => {
    addTo(componentsOf, person, root(index));
    addTo(personsIn, root(index), person);
  });
  return {
    rows: rows.length,
    components: personsIn.size,
    reunited: [...componentsOf.values()].filter((components) => components.size === 1).length,
    staysUnderOldPhone: persons.filter((person) => person.caller?.staysUnderOldPhone).length,
    staysUnderOldEmail: persons.filter((person) => person.subject?.staysUnderOldEmail).length,
    mixed: [...personsIn.values()].filter((members) => members.size > 1).length,
    personsWithoutEmail: persons.length - withEmail.size,
    personsWithoutPhone: persons.length - withPhone.size,
  };
}

function describe(persons: readonly Person[]): GroupTruth {
  const expected = TREATMENTS.map((treatment) => expectation(persons.map((person) => ({ person, treatment }))));
  const uplift = TREATMENTS.map((treatment, index) => [treatment, round(expected[index]!.uplift)]);
  return {
    persons: persons.length,
    control: round(expected[0]!.control),
    uplift: Object.fromEntries(uplift) as Record<Treatment, number>,
  };
}

function addTo<K, V>(sets: Map<K, Set<V>>, key: K, value: V): void {
  const set = sets.get(key);
  if (set) set.add(value);
  else sets.set(key, new Set([value]));
}

function countBy<T>(items: readonly T[], name: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[name(item)] = (counts[name(item)] ?? 0) + 1;
  return counts;
}

function round(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
