import type { AttributeDeclaration, EventDeclaration, TakenIn } from '../../customers/index.ts';
import {
  auditSchema,
  closeSchema,
  declareAttribute,
  declareEvent,
  describeSchema,
  discardMisfits,
  piiTraits,
  SchemaError,
  takeInMisfits,
  undeclareAttribute,
  undeclareEvent,
} from '../../customers/index.ts';
import type { SchemaPort } from '../../server/index.ts';
import { ServerError } from '../../server/index.ts';
import type { Database } from '../../store/index.ts';
import {
  countMisfits,
  installation,
  latestMisfits,
  readAudit,
  syncTraitIndexes,
  updateAudit,
} from '../../store/index.ts';

/** A trait, with an empty `event`, or a property of an event type. */
interface Field {
  event: string;
  name: string;
}

/** What changes about the schema: in the thread that writes the database. `changed` is called when there may be something new to do. */
export function schemaWriter(db: Database, now: () => number, changed: () => void) {
  const by = (actor: string) => ({ actor, now: now() });
  return {
    declareAttribute: async ({ event, name }: Field, declaration: AttributeDeclaration, actor: string): Promise<void> =>
      told(async () => {
        await db.write((tx) => declareAttribute(tx, { scope: event, name, declaration }, by(actor)), 'life');
        if (event === '') await syncTraitIndexes(db);
      }),
    undeclareAttribute: async ({ event, name }: Field, actor: string): Promise<boolean> => {
      const was = await db.write((tx) => undeclareAttribute(tx, { scope: event, name }, by(actor)), 'life');
      if (event === '') await syncTraitIndexes(db);
      return was;
    },
    declareEvent: (type: string, declaration: EventDeclaration, actor: string): Promise<void> =>
      told(async () => void (await db.write((tx) => declareEvent(tx, { type, declaration }, by(actor)), 'life'))),
    undeclareEvent: (type: string, actor: string): Promise<boolean> =>
      db.write((tx) => undeclareEvent(tx, type, by(actor)), 'life'),
    closeSchema: async (closed: boolean, actor: string): Promise<void> =>
      void (await db.write((tx) => closeSchema(tx, closed, by(actor)), 'life')),

    takeInMisfits: async ({ event, name }: Field, actor: string): Promise<TakenIn> => {
      const total: TakenIn = { taken: 0, outdated: 0, unfit: 0 };
      let audit: number | undefined;
      for (let after: number | undefined = 0; after !== undefined; ) {
        const from: number = after;
        const part = await db.write(async (tx) => {
          const done = await takeInMisfits(tx, { scope: event, name, after: from }, now());
          const sum = {
            taken: total.taken + done.taken,
            outdated: total.outdated + done.outdated,
            unfit: total.unfit + done.unfit,
          };
          const detail = { event, name, ...sum };
          if (audit !== undefined) await updateAudit(tx, installation, audit, detail);
          return { ...done, sum, audit: audit ?? (await auditSchema(tx, by(actor), 'schema.take-in', detail)) };
        }, 'life');
        ({ audit } = part);
        Object.assign(total, part.sum);
        after = part.next;
        await breath();
      }
      changed();
      return total;
    },

    discardMisfits: async ({ event, name }: Field, actor: string): Promise<number> => {
      let discarded = 0;
      let audit: number | undefined;
      for (;;) {
        const sofar: number = discarded;
        const part = await db.write(async (tx) => {
          const count = await discardMisfits(tx, { scope: event, name });
          const detail = { event, name, discarded: sofar + count };
          if (count === 0) return { count, audit };
          if (audit !== undefined) await updateAudit(tx, installation, audit, detail);
          return { count, audit: audit ?? (await auditSchema(tx, by(actor), 'schema.discard', detail)) };
        }, 'life');
        if (part.count === 0) return discarded;
        ({ audit } = part);
        discarded += part.count;
        await breath();
      }
    },
  };
}

export type SchemaWriter = ReturnType<typeof schemaWriter>;

/** Calls of the other thread, and the engine's own steps, come in between two chunks. */
const breath = () => new Promise<void>((resolve) => setImmediate(resolve));

/** What a client is to be told survives the way between two threads only as a ServerError. */
async function told<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof SchemaError ? new ServerError(422, 'unsound', error.message) : error;
  }
}

export function createSchemaPort(read: Database['read'], writer: SchemaWriter): SchemaPort {
  return {
    show: () => read(describeSchema),
    declareAttribute: (field, declaration, actor) => writer.declareAttribute(field, declaration, actor),
    undeclareAttribute: (field, actor) => writer.undeclareAttribute(field, actor),
    declareEvent: (type, declaration, actor) => writer.declareEvent(type, declaration, actor),
    undeclareEvent: (type, actor) => writer.undeclareEvent(type, actor),
    close: (closed, actor) => writer.closeSchema(closed, actor),
    misfits: ({ event, name, limit }) =>
      read(async (tx) => {
        const counts = await countMisfits(tx);
        const wanted = counts.filter(
          (one) => (event === undefined || one.scope === event) && (name === undefined || one.name === name),
        );
        const pii = await piiTraits(tx);
        const answer = [];
        for (const { scope, name: field, count } of wanted) {
          const samples = limit > 0 ? await latestMisfits(tx, { scope, name: field, limit }) : [];
          answer.push({
            event: scope,
            name: field,
            count: Number(count),
            // A whole event may hold anything.
            personal: scope === '' ? pii.has(field) : field === '' || pii.hasProperty(scope, field),
            samples: samples.map(({ customer, at, value, source }) => ({
              customer,
              at,
              value: JSON.parse(value) as unknown,
              source,
            })),
          });
        }
        return answer;
      }),
    takeIn: (field, actor) => writer.takeInMisfits(field, actor),
    discard: (field, actor) => writer.discardMisfits(field, actor),
    audit: (limit) =>
      read(async (tx) =>
        (await readAudit(tx, installation, limit, 'schema.')).map(({ detail, ...row }) => ({
          ...row,
          detail: JSON.parse(detail) as Record<string, unknown>,
        })),
      ),
  };
}
