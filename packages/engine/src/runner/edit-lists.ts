import type { RuleGroup } from '../rule/index.ts';
import { fieldsOf } from '../rule/index.ts';
import type { Transaction } from '../store/index.ts';
import { SegmentError } from './edit-segments.ts';
import { takeIn } from './happenings.ts';
import type { Parts } from './parts.ts';
import { Touched, what } from './touched.ts';

/** What became of keys: how many customers were put on a list or taken off it, how many were there already, and keys of nobody. */
export interface ListEdit {
  changed: number;
  unchanged: number;
  unknown: string[];
}

/** Static lists: customers whom somebody has named one by one. Who comes onto one, or goes off it, may come into segments. */
export class Lists {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  save(list: { id: string; name: string }): Promise<void> {
    const { db, store, clock } = this.#parts;
    return db.write((tx) => store.saveList(tx, { ...list, now: clock.now() }), 'publish');
  }

  /** Undefined if there is no such list. */
  add(id: string, keys: readonly string[], source: string): Promise<ListEdit | undefined> {
    return this.#edit(id, keys, (tx, list) => this.#parts.store.addToList(tx, { ...list, source }));
  }

  take(id: string, keys: readonly string[]): Promise<ListEdit | undefined> {
    return this.#edit(id, keys, (tx, list) => this.#parts.store.takeFromList(tx, list));
  }

  #edit(
    id: string,
    keys: readonly string[],
    change: (tx: Transaction, list: { ref: number; customers: readonly number[]; now: number }) => Promise<number[]>,
  ): Promise<ListEdit | undefined> {
    const parts = this.#parts;
    return parts.db.write(async (tx) => {
      const list = await parts.store.findList(tx, id);
      if (!list) return undefined;
      const now = parts.clock.now();
      const { customers, unknown } = await whoIs(parts, tx, keys);
      const changed = await change(tx, { ref: list.ref, customers, now });
      const touched = new Touched();
      for (const customer of changed) touched.add(customer, what.list(id));
      await takeIn(parts, tx, { events: [], touched }, now);
      return { changed: changed.length, unchanged: customers.length - changed.length, unknown };
    }, 'ingest');
  }

  /** Deletes a list that no segment and no loop uses. False if there is none. */
  remove(id: string): Promise<boolean> {
    const { db, store, stations } = this.#parts;
    return db.write(async (tx) => {
      const list = await store.findList(tx, id);
      if (!list) return false;
      const states = await store.loopStates(tx);
      const field = `"field":${JSON.stringify(`$list.${id}`)}`;
      const loops = stations
        .all()
        .filter(({ loop }) => states.get(loop.id) !== 'archived')
        .filter(({ compiled }) => JSON.stringify(compiled.loop).includes(field))
        .map(({ loop }) => `the loop ${loop.id}`);
      const segments = (await store.listSegments(tx))
        .filter(({ rule }) => namesList(JSON.parse(rule) as RuleGroup, id))
        .map((segment) => `the segment ${segment.id}`);
      const users = [...new Set([...loops, ...segments])];
      if (users.length > 0)
        throw new SegmentError('in-use', `the list ${id} is used by ${users.join(', ')}: take it out there first`);
      await store.deleteList(tx, list.ref);
      return true;
    }, 'publish');
  }
}

const namesList = (rule: RuleGroup, id: string): boolean => {
  const inFields = ({ lists, related }: ReturnType<typeof fieldsOf>): boolean =>
    lists.includes(id) || related.some(({ fields }) => inFields(fields));
  return inFields(fieldsOf(rule));
};

/** Whom keys name: `#12` by id, `kind:value` by an identity, or a value that is one customer's, whatever its kind. */
async function whoIs(
  { customers: base, store }: Parts,
  tx: Transaction,
  keys: readonly string[],
): Promise<{ customers: number[]; unknown: string[] }> {
  const wanted = [...new Set(keys.map((key) => key.trim()).filter((key) => key !== ''))];
  const idOf = (key: string) => (/^#\d{1,15}$/.test(key) ? Number(key.slice(1)) : undefined);
  const ids = wanted.flatMap((key) => idOf(key) ?? []);
  const present = new Map((await store.presentCustomers(tx, ids)).map((each) => [each.id, each.present]));
  const found = new Map<string, Set<number>>();
  for (const kind of await store.identityKinds(tx)) {
    // Of `email:ada@example.com` the value is what follows; the whole may be a value too, as `urn:ada` is.
    const values = new Map(
      wanted.flatMap((key) => [
        [key, key] as const,
        ...(key.startsWith(`${kind}:`) ? [[key.slice(kind.length + 1).trim(), key] as const] : []),
      ]),
    );
    for (const [value, customer] of await base.findByIdentity(tx, kind, [...values.keys()])) {
      const key = values.get(value) as string;
      found.set(key, (found.get(key) ?? new Set()).add(customer));
    }
  }
  const customers = new Set<number>();
  const unknown: string[] = [];
  for (const key of wanted) {
    const owners = [...(found.get(key) ?? [])];
    // What is one customer's e-mail address and another's user id names neither.
    const customer = present.get(idOf(key) ?? -1) ?? (owners.length === 1 ? owners[0] : undefined);
    if (customer === undefined) unknown.push(key);
    else customers.add(customer);
  }
  return { customers: [...customers].sort((a, b) => a - b), unknown };
}
