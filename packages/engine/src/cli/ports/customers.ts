import { categoryOf, searchCustomers, showCustomer } from '../../customers/index.ts';
import { portsOf } from '../../plugin/index.ts';
import type { Registry } from '../../plugin/index.ts';
import { parseLoop } from '../../loop/index.ts';
import type { CustomersPort, Fields } from '../../server/index.ts';
import type { Transaction } from '../../store/index.ts';
import { loadVersions } from '../../store/index.ts';

type Read = <T>(work: (tx: Transaction) => Promise<T>) => Promise<T>;

/** Customers looked at to tell which traits there are: the newest, who have what is collected today. */
const sampled = 2_000;
/** A trait with more values than this is one to type, not to choose. */
const mostValues = 30;

export function createCustomersPort({ read, registry }: { read: Read; registry: Registry }): CustomersPort {
  return {
    search: ({ search, after, limit }) =>
      read(async (tx) => {
        const page = await searchCustomers(tx, { text: search ?? '', after: Number(after ?? 0) || 0, limit });
        const total = await tx.first<{ count: number }>(
          'SELECT count(*) AS count FROM customer WHERE merged_into IS NULL',
        );
        const updated = await updatedAt(
          tx,
          page.customers.map(({ id }) => id),
        );
        return {
          customers: page.customers.map(({ id, traits, identities }) => ({
            id,
            name:
              text(traits.name ?? traits.fullName) ??
              joined(traits.firstName ?? traits.first_name, traits.lastName ?? traits.last_name),
            email: text(traits.email) ?? identities.find(({ kind }) => kind === 'email')?.value ?? null,
            phone: text(traits.phone) ?? identities.find(({ kind }) => kind === 'phone')?.value ?? null,
            traits,
            updatedAt: updated.get(id) ?? 0,
          })),
          next: page.next === undefined ? null : String(page.next),
          total: total?.count ?? 0,
        };
      }),
    show: (id) =>
      read(async (tx) => {
        const view = await showCustomer(tx, id);
        return view && { ...view, enrollments: await namePortsOf(tx, view.enrollments, registry) };
      }),
    fields: () => read(readFields),
  };
}

const text = (value: unknown): string | null => (typeof value === 'string' && value.trim() !== '' ? value : null);
const joined = (...parts: unknown[]): string | null =>
  text(
    parts
      .map((part) => text(part) ?? '')
      .join(' ')
      .trim(),
  );

async function updatedAt(tx: Transaction, ids: readonly number[]): Promise<Map<number, number>> {
  const rows = await tx.all<{ id: number; updated_at: number }>(
    `SELECT id, updated_at FROM customer WHERE id IN (SELECT value FROM ${tx.dialect.list('int')} AS wanted)`,
    [JSON.stringify(ids)],
  );
  return new Map(rows.map((row) => [row.id, row.updated_at]));
}

/** Steps with the names of the ports that they left by, as the version that they belong to calls them. */
async function namePortsOf<
  E extends { loop: string; version: number; steps: readonly { node: string; port: number }[] },
>(tx: Transaction, enrollments: readonly E[], registry: Registry): Promise<E[]> {
  const versions = new Map<string, Map<string, readonly { id: string }[]>>();
  for (const loop of new Set(enrollments.map((each) => each.loop)))
    for (const version of await loadVersions(tx, loop)) {
      const ports = parseLoop(JSON.parse(version.document)).nodes.map(
        ({ id, type, data }): [string, readonly { id: string }[]] => {
          const found = registry.get(type);
          const settings = found?.settings.safeParse(data.settings);
          return [id, found && settings?.success ? portsOf(found, settings.data) : []];
        },
      );
      versions.set(`${loop} ${version.number}`, new Map(ports));
    }
  return enrollments.map((enrollment) => ({
    ...enrollment,
    steps: enrollment.steps.map((step) => {
      const portId = versions.get(`${enrollment.loop} ${enrollment.version}`)?.get(step.node)?.[step.port]?.id;
      return portId === undefined ? step : { ...step, portId };
    }),
  }));
}

/** The latest events, so many. On PostgreSQL, where no index has them in their order, those that lie last on disk. */
const latestEvents = (tx: Transaction): string =>
  tx.dialect.name === 'sqlite'
    ? 'SELECT type, category, properties FROM event ORDER BY id DESC LIMIT ?'
    : `SELECT type, category, properties FROM event WHERE ctid >= CAST(
         '(' || greatest(pg_relation_size('event') / 8192 - 1000, 0) || ',0)' AS tid) ORDER BY id DESC LIMIT ?`;

/** What can be asked of customers, from a sample: traits with their kinds and, where they are few, their values; event types. */
async function readFields(tx: Transaction): Promise<Fields> {
  const traits = new Map<string, { kinds: Set<string>; values: Set<string> }>();
  const rows = await tx.all<{ key: string; type: string; value: string | number | null }>(
    `SELECT t.key, t.type, t.value FROM (SELECT traits FROM customer WHERE merged_into IS NULL ORDER BY id DESC LIMIT ?) c,
       ${tx.dialect.eachField('c.traits')} t`,
    [sampled],
  );
  const kinds: Record<string, string> = {
    text: 'string',
    string: 'string',
    number: 'number',
    boolean: 'boolean',
    integer: 'number',
    real: 'number',
    true: 'boolean',
    false: 'boolean',
  };
  for (const { key, type, value } of rows) {
    const trait = traits.get(key) ?? { kinds: new Set(), values: new Set() };
    traits.set(key, trait);
    if (type === 'null') continue;
    trait.kinds.add(kinds[type] ?? 'mixed');
    if (trait.values.size <= mostValues) trait.values.add(type === 'true' || type === 'false' ? type : String(value));
  }
  const events = await tx.all<{ type: string; category: Fields['events'][number]['category'] }>(
    `SELECT type, max(category) AS category FROM (${latestEvents(tx)}) e GROUP BY type ORDER BY type`,
    [10 * sampled],
  );
  const properties = await tx.all<{ type: string; key: string }>(
    `SELECT DISTINCT e.type, p.key FROM (${latestEvents(tx)}) e, ${tx.dialect.eachField('e.properties')} p ORDER BY p.key`,
    [sampled],
  );
  return {
    traits: [...traits]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, { kinds: found, values }]) => ({
        name,
        type:
          found.size === 1
            ? ([...found][0] as Fields['traits'][number]['type'])
            : found.size === 0
              ? 'string'
              : 'mixed',
        ...(values.size > 0 && values.size <= mostValues ? { values: [...values].sort() } : {}),
      })),
    events: events.map(({ type, category }) => ({
      type,
      category: category ?? categoryOf(type),
      properties: properties.filter((property) => property.type === type).map(({ key }) => key),
    })),
  };
}
