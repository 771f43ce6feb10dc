import type { Category } from '../../loop/loop.ts';
import type { AttributeType } from '../../plugin/attribute-type.ts';
import { categoryOf } from '../../plugin/event-category.ts';
import { canBeIndexed } from '../../rule/narrow.ts';
import type { AttributeRow, EventTypeRow } from '../../store/attributes.ts';
import {
  deleteAttribute,
  deleteEventType,
  findAttribute,
  findEventType,
  isSchemaClosed,
  saveAttribute,
  saveEventType,
  setSchemaClosed,
} from '../../store/attributes.ts';
import { writeAudit } from '../../store/audit.ts';
import type { Transaction } from '../../store/database.ts';
import { installation } from '../../store/policy.ts';
import { looksPersonal, traitCategory } from './guess.ts';
import { isListable } from './seen.ts';

/** What is said of a trait or a property; what is left out stays as it is. `type` null: as inferred from what comes. */
export interface AttributeDeclaration {
  type?: AttributeType | null | undefined;
  category?: Category | undefined;
  label?: string | null | undefined;
  description?: string | null | undefined;
  pii?: boolean | undefined;
  indexed?: boolean | undefined;
}

export type EventDeclaration = Pick<AttributeDeclaration, 'category' | 'label' | 'description'>;

/** A declaration that cannot be. */
export class SchemaError extends Error {
  override name = 'SchemaError';
}

interface By {
  actor: string;
  now: number;
}

/** What a trait or property is taken for as long as nobody says anything of it. */
export const inferred = (scope: string, name: string, category: Category, now: number): AttributeRow => ({
  scope,
  name,
  came: 0,
  type: null,
  category,
  label: null,
  description: null,
  pii: looksPersonal(name) ? 1 : 0,
  indexed: 0,
  seenAt: now,
});

const inferredEvent = (type: string, now: number): EventTypeRow => ({
  type,
  category: categoryOf(type),
  label: null,
  description: null,
  declared: 0,
  seenAt: now,
});

/** Says what a trait (`scope` empty) or a property of an event type is. False when that changes nothing. */
export async function declareAttribute(
  tx: Transaction,
  { scope, name, declaration: said }: { scope: string; name: string; declaration: AttributeDeclaration },
  by: By,
): Promise<boolean> {
  expectListable(name, scope === '' ? 'a trait' : 'a property');
  if (scope !== '') await declareEvent(tx, { type: scope, declaration: {}, onlyIfUnknown: true }, by);
  const before = await findAttribute(tx, scope, name);
  const base = before ?? inferred(scope, name, await categoryFor(tx, scope, name), by.now);
  const after: AttributeRow = {
    ...base,
    type: said.type === undefined ? base.type : said.type,
    category: said.category ?? base.category,
    label: textOf(said.label, base.label),
    description: textOf(said.description, base.description),
    pii: flag(said.pii, base.pii),
    indexed: flag(said.indexed, base.indexed),
  };
  if (after.type === null) after.indexed = said.indexed ? 1 : 0;
  if (after.indexed) expectIndexable(after);
  if (before && same(before, after)) return false;
  await saveAttribute(tx, after);
  await audit(tx, by, 'schema.declare', {
    ...placeOf(scope, name),
    before: before ? told(before) : null,
    after: told(after),
  });
  return true;
}

/** Says what an event type is. False when that changes nothing. */
export async function declareEvent(
  tx: Transaction,
  {
    type,
    declaration: said,
    onlyIfUnknown = false,
  }: { type: string; declaration: EventDeclaration; onlyIfUnknown?: boolean },
  by: By,
): Promise<boolean> {
  expectListable(type, 'an event type');
  if (type === '') throw new SchemaError('expected the name of an event type, got an empty text');
  const before = await findEventType(tx, type);
  if (before && onlyIfUnknown) return false;
  const base = before ?? inferredEvent(type, by.now);
  const after: EventTypeRow = {
    ...base,
    category: said.category ?? base.category,
    label: textOf(said.label, base.label),
    description: textOf(said.description, base.description),
    declared: onlyIfUnknown ? 0 : 1,
  };
  if (before && same(before, after)) return false;
  await saveEventType(tx, after);
  await audit(tx, by, 'schema.declare', { event: type, before: before ? told(before) : null, after: told(after) });
  return true;
}

/** Takes back what was said of a trait or property; what is inferred alone is forgotten. False where there is none. */
export async function undeclareAttribute(
  tx: Transaction,
  { scope, name }: { scope: string; name: string },
  by: By,
): Promise<boolean> {
  const before = await findAttribute(tx, scope, name);
  if (!before) return false;
  const after = { ...inferred(scope, name, await categoryFor(tx, scope, name), before.seenAt), came: before.came };
  const forgotten = before.came === 0 || same(before, after);
  if (forgotten) await deleteAttribute(tx, scope, name);
  else await saveAttribute(tx, after);
  await audit(tx, by, forgotten ? 'schema.forget' : 'schema.undeclare', {
    ...placeOf(scope, name),
    before: told(before),
  });
  return true;
}

/** The same for an event type; what is said of its properties stays, unless all of it is forgotten. */
export async function undeclareEvent(tx: Transaction, type: string, by: By): Promise<boolean> {
  const before = await findEventType(tx, type);
  if (!before) return false;
  const forgotten = !before.declared;
  if (forgotten) await deleteEventType(tx, type);
  else await saveEventType(tx, inferredEvent(type, before.seenAt));
  await audit(tx, by, forgotten ? 'schema.forget' : 'schema.undeclare', { event: type, before: told(before) });
  return true;
}

/** Opens the schema to what it does not have, or closes it. */
export async function closeSchema(tx: Transaction, closed: boolean, by: By): Promise<boolean> {
  if ((await isSchemaClosed(tx)) === closed) return false;
  await setSchemaClosed(tx, closed);
  await audit(tx, by, closed ? 'schema.close' : 'schema.open', {});
  return true;
}

export const audit = (tx: Transaction, { actor, now }: By, action: string, detail: object): Promise<number> =>
  writeAudit(tx, { loop: installation, at: now, actor, action, detail });

export const placeOf = (scope: string, name: string): object =>
  scope === '' ? { trait: name } : { event: scope, property: name };

async function categoryFor(tx: Transaction, scope: string, name: string): Promise<Category> {
  return scope === '' ? traitCategory(name) : ((await findEventType(tx, scope))?.category ?? categoryOf(scope));
}

const flag = (said: boolean | undefined, is: number): number => (said === undefined ? is : said ? 1 : 0);
const textOf = (said: string | null | undefined, is: string | null): string | null =>
  said === undefined ? is : said?.trim() || null;
const same = (a: object, b: object): boolean => JSON.stringify(a) === JSON.stringify(b);

/** What the audit says of a declaration. */
function told(row: AttributeRow | EventTypeRow): object {
  const { category, label, description } = row;
  if (!('scope' in row)) return { category, label, description };
  return { type: row.type, category, label, description, pii: row.pii === 1, indexed: row.indexed === 1 };
}

function expectListable(name: string, what: string): void {
  if (isListable(name)) return;
  throw new SchemaError(
    `expected a name of at most 200 characters, without NUL and of whole characters, for ${what}; got ${JSON.stringify(name.slice(0, 60))}`,
  );
}

function expectIndexable({ scope, name, type }: AttributeRow): void {
  if (scope !== '') throw new SchemaError(`the property ${name} cannot be indexed: traits alone can`);
  if (type === null || type === 'list' || type === 'object')
    throw new SchemaError(
      `the trait ${name} cannot be indexed: expected one that is declared as text, number, boolean, instant or any, got ${type ?? 'one that is inferred'}`,
    );
  if (!canBeIndexed(name))
    throw new SchemaError(
      `the trait ${name} cannot be indexed: expected a name without quotes, backslashes and control characters`,
    );
}
