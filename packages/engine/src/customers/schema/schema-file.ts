import { z } from 'zod';
import { categories } from '../../loop/loop.ts';
import { attributeTypes } from '../../plugin/attribute-type.ts';
import type { Transaction } from '../../store/database.ts';
import type { AttributeRow } from '../../store/attributes.ts';
import { isSchemaClosed, listAttributes, listEventTypes } from '../../store/attributes.ts';
import { categoryOf } from '../../plugin/event-category.ts';
import type { AttributeDeclaration, EventDeclaration } from './declare.ts';
import {
  closeSchema,
  declareAttribute,
  declareEvent,
  inferred,
  SchemaError,
  undeclareAttribute,
  undeclareEvent,
} from './declare.ts';
import { traitCategory } from './guess.ts';

const attribute = z.strictObject({
  type: z.enum(attributeTypes).nullable().optional(),
  category: z.enum(categories).optional(),
  label: z.string().nullable().optional(),
  description: z.string().nullable().optional(),
  pii: z.boolean().optional(),
  indexed: z.boolean().optional(),
});

const schemaFile = z.strictObject({
  format: z.literal('osicam/schema@1'),
  closed: z.boolean().optional(),
  traits: z.record(z.string(), attribute).default({}),
  events: z
    .record(
      z.string(),
      z.strictObject({
        category: z.enum(categories).optional(),
        label: z.string().nullable().optional(),
        description: z.string().nullable().optional(),
        properties: z.record(z.string(), attribute).default({}),
      }),
    )
    .default({}),
});

/** What is declared, as a file: to keep beside a project, and to bring from one installation to another. */
export type SchemaFile = z.output<typeof schemaFile>;

/** A difference between a file and what is stored. `place`: the trait, the event type, or one of its properties. */
export interface SchemaChange {
  place: string;
  before: object | null;
  after: object | null;
}

/** Throws a SchemaError that names what is not as expected, and where. */
export function parseSchemaFile(document: unknown): SchemaFile {
  const parsed = schemaFile.safeParse(document);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues
    .slice(0, 5)
    .map(({ path, message }) => `${path.join('.') || 'the file'}: ${message}`);
  throw new SchemaError(problems.join('; '));
}

/** All that somebody has said of traits and event types; what is inferred alone is not in it. */
export async function readSchemaFile(tx: Transaction): Promise<SchemaFile> {
  const [attributes, types] = [await listAttributes(tx), await listEventTypes(tx)];
  const eventCategory = new Map(types.map(({ type, category }) => [type, category]));
  const said = attributes.filter((row) => isSaid(row, eventCategory.get(row.scope)));
  const of = (scope: string) =>
    Object.fromEntries(said.filter((row) => row.scope === scope).map((row) => [row.name, toFile(row)]));
  const events = types.filter(({ type, declared }) => declared || said.some(({ scope }) => scope === type));
  return {
    format: 'osicam/schema@1',
    closed: await isSchemaClosed(tx),
    traits: of(''),
    events: Object.fromEntries(
      events.map(({ type, declared, category, label, description }) => [
        type,
        { ...(declared ? without({ category, label, description }) : {}), properties: of(type) },
      ]),
    ),
  };
}

/**
 * Makes what is declared what a file says, and gives the differences. What the file says nothing of stays, unless it is to be
 * `pruned`: then it is taken back.
 */
export async function applySchemaFile(
  tx: Transaction,
  file: SchemaFile,
  { prune, actor, now }: { prune: boolean; actor: string; now: number },
): Promise<SchemaChange[]> {
  const by = { actor, now };
  const before = await readSchemaFile(tx);
  for (const [name, declaration] of Object.entries(file.traits))
    await declareAttribute(tx, { scope: '', name, declaration }, by);
  for (const [type, { properties, ...declaration }] of Object.entries(file.events)) {
    await declareEvent(tx, { type, declaration }, by);
    for (const [name, property] of Object.entries(properties))
      await declareAttribute(tx, { scope: type, name, declaration: property }, by);
  }
  if (prune) {
    for (const name of Object.keys(before.traits))
      if (!Object.hasOwn(file.traits, name)) await undeclareAttribute(tx, { scope: '', name }, by);
    for (const [type, { properties, ...said }] of Object.entries(before.events)) {
      const kept = Object.hasOwn(file.events, type) ? file.events[type] : undefined;
      for (const name of Object.keys(properties))
        if (!kept || !Object.hasOwn(kept.properties, name)) await undeclareAttribute(tx, { scope: type, name }, by);
      if (!kept && Object.keys(said).length > 0) await undeclareEvent(tx, type, by);
    }
  }
  if (file.closed !== undefined) await closeSchema(tx, file.closed, by);
  return differences(before, await readSchemaFile(tx));
}

function differences(before: SchemaFile, after: SchemaFile): SchemaChange[] {
  const [old, made] = [flat(before), flat(after)];
  return [...new Set([...old.keys(), ...made.keys()])].sort().flatMap((place) => {
    const [was, is] = [old.get(place) ?? null, made.get(place) ?? null];
    return JSON.stringify(was) === JSON.stringify(is) ? [] : [{ place, before: was, after: is }];
  });
}

function flat({ closed, traits, events }: SchemaFile): Map<string, object> {
  return new Map<string, object>([
    ['the schema', { closed }],
    ...Object.entries(traits).map(([name, said]): [string, object] => [`trait ${name}`, said]),
    ...Object.entries(events).flatMap(([type, { properties, ...said }]): [string, object][] => [
      ...(Object.keys(said).length > 0 ? [[`event ${type}`, said] as [string, object]] : []),
      ...Object.entries(properties).map(([name, of]): [string, object] => [`event ${type}, property ${name}`, of]),
    ]),
  ]);
}

function isSaid(row: AttributeRow, category: AttributeRow['category'] | undefined): boolean {
  const plain = inferred(row.scope, row.name, categoryIn(row, category), row.seenAt);
  return row.type !== null || JSON.stringify({ ...plain, came: row.came }) !== JSON.stringify(row);
}

const categoryIn = ({ scope, name }: AttributeRow, category: AttributeRow['category'] | undefined) =>
  scope === '' ? traitCategory(name) : (category ?? categoryOf(scope));

const toFile = ({ type, category, label, description, pii, indexed }: AttributeRow): AttributeDeclaration => ({
  type: type as AttributeDeclaration['type'],
  ...without({ category, label, description }),
  pii: pii === 1,
  ...(indexed ? { indexed: true } : {}),
});

const without = ({ category, label, description }: Required<EventDeclaration>): EventDeclaration => ({
  category,
  ...(label === null ? {} : { label }),
  ...(description === null ? {} : { description }),
});
