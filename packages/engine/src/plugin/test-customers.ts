import type { Alike, CustomerReader } from './contexts.ts';
import type { Consent, Customer, CustomerEvent, Identity } from './customer.ts';
import type { Json, JsonObject } from './json.ts';
import { Census, explain, Likeness, likenessPolicySchema, toPerson } from './likeness/index.ts';
import type { Written } from './node-type.ts';

/** A customer as a test writes it down. Ids count from 1 where they are left out. */
export interface TestCustomer {
  id?: number;
  traits?: { [trait: string]: Json | undefined };
  identities?: Identity[];
  consents?: Consent[];
}

/** An event as a test writes it down: of the first customer, now, and `basic` where it says nothing else. */
export interface TestEvent extends Partial<CustomerEvent> {
  type: string;
  customer?: number;
}

/** A customer base in memory that keeps the promises of the real one: an identity has one owner, a known event is not stored again. */
export class TestCustomers implements CustomerReader {
  readonly #customers = new Map<number, Customer>();
  readonly #events = new Map<number, CustomerEvent[]>();
  readonly #mergedInto = new Map<number, number>();
  readonly #now: number;

  constructor(customers: readonly TestCustomer[], events: readonly TestEvent[], now: number) {
    this.#now = now;
    customers.forEach(({ id: own, traits = {}, identities = [], consents = [] }, index) => {
      const id = own ?? index + 1;
      if (this.#customers.has(id)) throw new Error(`customers: expected ids that differ, got ${id} twice`);
      const known = Object.entries(traits).filter(([, value]) => value !== undefined);
      this.#customers.set(id, { id, traits: Object.fromEntries(known) as JsonObject, identities: [], consents });
      this.#know(id, identities);
    });
    const first = [...this.#customers.keys()][0] ?? 1;
    for (const { customer = first, category = 'basic', time = now, properties = {}, ...rest } of events) {
      this.#happened(customer, { ...rest, category, time, properties });
    }
  }

  all(): Customer[] {
    return [...this.#customers.values()].sort((a, b) => a.id - b.id);
  }

  history(customer: number): readonly CustomerEvent[] {
    return this.#events.get(customer) ?? [];
  }

  async events(customers: readonly number[], query: { type: string; since?: number; until?: number }) {
    const { type, since = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY } = query;
    const found = customers.map((id) => {
      const events = this.history(id).filter((event) => event.type === type && event.time >= since);
      return [id, events.filter((event) => event.time <= until)] as const;
    });
    return new Map(found.filter(([, events]) => events.length > 0));
  }

  async findByIdentity(kind: string, values: readonly string[]) {
    const found = new Map<string, number>();
    for (const { id, identities } of this.all())
      for (const identity of identities)
        if (identity.kind === kind && values.includes(identity.value)) found.set(identity.value, id);
    return found;
  }

  async customers(ids: readonly number[]) {
    return new Map(this.all().flatMap((customer) => (ids.includes(customer.id) ? [[customer.id, customer]] : [])));
  }

  async alike(ids: readonly number[]): Promise<Alike[]> {
    const policy = likenessPolicySchema.parse({});
    const persons = this.all().map((customer) => toPerson(customer, policy));
    const census = new Census(persons.length);
    for (const person of persons) census.add(person);
    // As rare as values are in a base of some size.
    const likeness = new Likeness(policy, { customers: 100_000, count: (field, value) => census.count(field, value) });
    const pairs = persons.flatMap((a, i) =>
      persons.slice(i + 1).flatMap((b) => (ids.includes(a.id) || ids.includes(b.id) ? [{ a, b }] : [])),
    );
    return pairs
      .map(({ a, b }) => ({ a, b, ...likeness.score(a, b) }))
      .filter(({ score }) => score >= policy.propose)
      .map(({ a, b, score, levels }) => ({
        customer: a.id,
        other: b.id,
        score,
        why: explain(levels),
        certain: score >= policy.merge,
      }))
      .sort((x, y) => y.score - x.score);
  }

  async quantiles(query: Parameters<CustomerReader['quantiles']>[0]) {
    const all = await this.events([...this.#customers.keys()], {
      type: query.event,
      since: query.since,
      until: this.#now,
    });
    const measures = [...all.values()].map((events) => {
      if (query.measure === 'frequency') return events.length;
      if (query.measure === 'recency') return this.#now - (events.at(-1)?.time ?? this.#now);
      return events.reduce((sum, { properties }) => sum + numeric(properties[query.property ?? '']), 0);
    });
    measures.sort((a, b) => a - b);
    if (measures.length === 0) return query.probabilities.map(() => 0);
    return query.probabilities.map((p) => measures[Math.max(0, Math.ceil(p * measures.length) - 1)] as number);
  }

  /** What a writer answered, done as the engine does it. */
  apply({ patches = [], merges = [] }: Written): void {
    for (const { customer: id, traits = {}, identities = [], events = [], consents = [] } of patches) {
      const customer = this.#get(id, 'a patch');
      const merged = Object.entries({ ...customer.traits, ...traits }).filter(([, value]) => value !== null);
      const decided = new Set(consents.map(({ channel, purpose }) => `${channel} ${purpose}`));
      const kept = customer.consents.filter(({ channel, purpose }) => !decided.has(`${channel} ${purpose}`));
      this.#customers.set(id, { ...customer, traits: Object.fromEntries(merged), consents: [...kept, ...consents] });
      this.#know(id, identities);
      for (const event of events) this.#happened(id, event);
    }
    for (const { customer: id, into } of merges) this.#merge(id, into);
  }

  #get(id: number, by: string): Customer {
    const customer = this.#customers.get(id);
    if (!customer) throw new Error(`${by}: expected one of the customers ${[...this.#customers.keys()]}, got ${id}`);
    return customer;
  }

  #know(id: number, identities: readonly Identity[]): void {
    const customer = this.#get(id, 'an identity');
    const free = identities.filter(
      ({ kind, value }) =>
        !this.all().some((other) => other.identities.some((i) => i.kind === kind && i.value === value)),
    );
    this.#customers.set(id, { ...customer, identities: [...customer.identities, ...free] });
  }

  #happened(id: number, event: CustomerEvent): void {
    this.#get(id, `the event ${event.type}`);
    const known = [...this.#events.values()].flat();
    if (event.messageId && known.some(({ messageId }) => messageId === event.messageId)) return;
    const events = [...this.history(id), event];
    this.#events.set(
      id,
      events.sort((a, b) => a.time - b.time),
    );
  }

  #merge(from: number, to: number): void {
    const into = this.#get(this.#mergedInto.get(to) ?? to, 'a merge');
    const customer = this.#get(from, 'a merge');
    if (into.id === from) throw new Error(`a merge: expected two customers, got ${from} into itself`);
    this.#customers.delete(from);
    this.#mergedInto.set(from, into.id);
    this.#customers.set(into.id, {
      ...into,
      traits: { ...customer.traits, ...into.traits },
      identities: [...into.identities, ...customer.identities],
      consents: [
        ...into.consents,
        ...customer.consents.filter(
          (lost) => !into.consents.some((own) => own.channel === lost.channel && own.purpose === lost.purpose),
        ),
      ],
    });
    for (const event of this.history(from)) this.#happened(into.id, { ...event, messageId: undefined });
    this.#events.delete(from);
  }
}

const numeric = (value: unknown): number => (typeof value === 'number' && Number.isFinite(value) ? value : 0);
