import type { TimelineKind } from '../../customers/index.ts';
import {
  callEvent,
  CursorError,
  exportPerson,
  findParts,
  findPersons,
  openCallTasks,
  readTimeline,
  searchCustomers,
  showCustomer,
  totalCustomers,
} from '../../customers/index.ts';
import type { JsonObject, Patch, Registry } from '../../plugin/index.ts';
import type { CustomersPort, PersonChange } from '../../server/index.ts';
import { conflict, personFormat, ServerError } from '../../server/index.ts';
import type { Transaction } from '../../store/index.ts';
import { presentCustomers } from '../../store/index.ts';
import type { EngineHost } from '../host/engine-host.ts';
import { readFields } from './fields.ts';
import { namesOf } from './names-of.ts';
import { customerRows } from './segment-questions.ts';

type Read = <T>(work: (tx: Transaction) => Promise<T>) => Promise<T>;

interface Parts {
  read: Read;
  host: Pick<EngineHost, 'patchCustomer' | 'auditExport' | 'erasePerson'>;
  registry: Registry;
  now: () => number;
}

/** Customers as the server shows them; what is changed about them goes through the engine's thread. */
export function createCustomersPort({ read, host, registry, now }: Parts): CustomersPort {
  /** The one who is left of a customer after all merges, if there is such a customer. */
  const present = async (tx: Transaction, id: number) => (await presentCustomers(tx, [id]))[0]?.present;
  const patch = (customer: number, patched: Omit<Patch, 'customer'>, actor: string) =>
    host.patchCustomer({ ...patched, customer }, `user:${actor}`);
  return {
    search: ({ search, after, limit, blind = false }) =>
      read(async (tx) => {
        const page = await searchCustomers(tx, {
          text: search ?? '',
          after: Number(after ?? 0) || 0,
          limit,
          blind,
        });
        const ids = page.customers.map(({ id }) => id);
        return {
          customers: await customerRows(tx, ids),
          next: page.next === undefined ? null : String(page.next),
          total: await totalCustomers(tx),
        };
      }),

    show: (id) =>
      read(async (tx) => {
        const view = await showCustomer(tx, id, { now: now() });
        if (!view) return undefined;
        const names = await namesOf(tx, registry, view.enrollments);
        const enrollments = view.enrollments.map((enrollment) => ({
          ...enrollment,
          steps: enrollment.steps.map((step) => ({ ...step, ...names(enrollment, step) })),
        }));
        return { ...view, enrollments };
      }),

    find: async (key) => {
      const found = await read((tx) => findPersons(tx, key));
      if (found.length > 1)
        throw conflict(
          `expected a key of one customer, got one of ${found.length} (${found.map((id) => `#${id}`).join(', ')}): name its kind, as email:${key}`,
        );
      return found[0];
    },

    timeline: (id, { kinds, after, limit }) =>
      read(async (tx) => {
        const customer = await present(tx, id);
        if (customer === undefined) return undefined;
        const page = await readTimeline(tx, customer, {
          limit,
          ...(kinds ? { kinds: kinds as TimelineKind[] } : {}),
          ...(after === undefined ? {} : { after }),
        }).catch((error: unknown) => {
          if (error instanceof CursorError) throw new ServerError(400, 'invalid', error.message);
          throw error;
        });
        const inLoops = page.entries.flatMap((entry) => ('version' in entry ? [entry] : []));
        const names = await namesOf(tx, registry, inLoops);
        const entries = page.entries.map((entry) => {
          if (entry.what === 'steps')
            return { ...entry, steps: entry.steps.map((step) => ({ ...step, ...names(entry, step) })) };
          if (entry.what !== 'entered-loop' && entry.what !== 'left-loop') return entry;
          const { name } = names(entry, { node: entry.node, port: -1 });
          return { ...entry, ...(name === undefined ? {} : { nodeName: name }) };
        });
        return { next: page.next ?? null, entries };
      }),

    change: (id, change, actor) => patch(id, toPatch(change, actor, now()), actor),

    answerCall: async (id, { task: key, outcome, note }, actor) => {
      const known = await read(async (tx) => {
        const customer = await present(tx, id);
        if (customer === undefined) return undefined;
        return { customer, open: await openCallTasks(tx, customer, await findParts(tx, customer)) };
      });
      if (!known) return undefined;
      const task = known.open.find((each) => each.key === key);
      if (!task) throw conflict(`there is no open call ${key} of customer ${id}: it is answered for already`);
      const event = callEvent(task, { outcome, agent: actor, now: now(), ...(note ? { note } : {}) });
      await patch(known.customer, { events: [event] }, actor);
      return true;
    },

    exportPerson: async (id, actor) => {
      const person = await exportPerson(read, id, { now: now() });
      if (!person) return undefined;
      await host.auditExport(person.customer.id, actor);
      return { format: personFormat, ...person };
    },

    erase: (id, options, actor) => host.erasePerson(id, options, actor),

    fields: () => read(readFields),
  };
}

/** What somebody corrects or adds, as a patch. A note is an event: it stands in the timeline, and a loop may wait for it. */
function toPatch(change: PersonChange, actor: string, now: number): Omit<Patch, 'customer'> {
  const { traits, identities, note, consents, relationships } = change;
  return {
    ...(traits ? { traits: traits as JsonObject } : {}),
    ...(identities ? { identities } : {}),
    ...(relationships ? { relationships } : {}),
    ...(consents ? { consents: consents.map((consent) => ({ ...consent, source: `user:${actor}` })) } : {}),
    ...(note === undefined
      ? {}
      : { events: [{ type: 'Note Added', category: 'contact', time: now, properties: { note, author: actor } }] }),
  };
}
