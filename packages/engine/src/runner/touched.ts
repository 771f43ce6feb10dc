import type { SourceRecord } from '../plugin/index.ts';

/**
 * What a transaction has changed of whom, so that only the memberships that depend on it are asked again. Whoever does not
 * know it exactly says `everything`: too much costs time, too little would be wrong. Who has come to be known in the same
 * transaction is asked for everything in any case.
 */
export class Touched {
  readonly of = new Map<number, Set<string | number> | 'everything'>();

  everything(customers: Iterable<number | undefined>): this {
    for (const customer of customers) if (customer !== undefined) this.of.set(customer, 'everything');
    return this;
  }

  /** `what`: what has changed, as `what` names it; or the number of a window that has passed something. */
  add(customer: number, what: string | number): this {
    const known = this.of.get(customer);
    if (known === undefined) this.of.set(customer, new Set([what]));
    else if (known !== 'everything') known.add(what);
    return this;
  }

  /** What a record or a patch says of its customer. */
  record(customer: number | undefined, { traits, events = [], consents = [], relationships = [] }: Told): this {
    if (customer === undefined) return this;
    // Who is new is asked for everything, also where nothing is told of it but a key.
    if (!this.of.has(customer)) this.of.set(customer, new Set());
    for (const name of Object.keys(traits ?? {})) this.add(customer, what.trait(name));
    for (const { type } of events) this.add(customer, what.event(type));
    for (const { channel, purpose } of consents) this.add(customer, what.consent(`${channel}.${purpose}`));
    for (const { kind } of relationships) this.add(customer, what.group(kind));
    return this;
  }

  /** Those whose relationships, or whose groups' traits, are no longer what they were by what was told of others. */
  related(customers: Iterable<number>, told: readonly Told[]): this {
    const kinds = new Set(told.flatMap(({ relationships = [] }) => relationships.map(({ kind }) => kind)));
    for (const customer of customers) for (const kind of kinds) this.add(customer, what.group(kind));
    return this;
  }
}

type Told = Pick<Partial<SourceRecord>, 'traits' | 'events' | 'consents' | 'relationships'>;

/** What rules look at, by one name each. */
export const what = {
  trait: (name: string) => `trait ${name}`,
  event: (type: string) => `event ${type}`,
  consent: (name: string) => `consent ${name}`,
  list: (id: string) => `list ${id}`,
  /** The membership of a segment itself. */
  segment: (id: string) => `segment ${id}`,
  /** Who belongs to which groups of a kind, and the traits of these. */
  group: (kind: string) => `group ${kind}`,
} as const;
