import type { Category } from '../../loop/loop.ts';
import type { AttributeType } from '../../plugin/attribute-type.ts';
import { isSchemaClosed, listAttributes, listEventTypes, schemaRevision } from '../../store/attributes.ts';
import type { Transaction } from '../../store/database.ts';
import { looksPersonal } from './guess.ts';

/** What must be known of a trait or a property where values come in. */
export interface KnownAttribute {
  /** The types of the values that have come, a bit each. */
  came: number;
  /** What it is declared to be; undefined as long as it is inferred. */
  type: AttributeType | undefined;
}

export interface KnownEvent {
  /** The category that it is declared to be of; undefined as long as it is inferred. */
  category: Category | undefined;
  properties: ReadonlyMap<string, KnownAttribute>;
}

export interface KnownSchema {
  /** Whether what is not known is kept out. */
  closed: boolean;
  traits: ReadonlyMap<string, KnownAttribute>;
  events: ReadonlyMap<string, KnownEvent>;
  /** Properties over all event types. */
  properties: number;
  pii: PiiTraits;
  /** Traits that are to have an index. */
  indexed: ReadonlySet<string>;
  /** What traits are declared to be. */
  declared: ReadonlyMap<string, AttributeType>;
}

/** The traits that tell who somebody is. */
export interface PiiTraits {
  /** One that the schema does not know is judged by its name. */
  has(trait: string): boolean;
  hasProperty(event: string, property: string): boolean;
  readonly names: ReadonlySet<string>;
}

/**
 * Schemas by their revision, which says all that is in them. So what one transaction has read holds for another as long as the
 * revision is the same, and what a transaction read that was rolled back does no harm.
 */
const remembered = new Map<string, KnownSchema>();
const mostRemembered = 16;

/** The schema as it is in this transaction, by one look at its revision. */
export async function knownSchema(tx: Transaction): Promise<KnownSchema> {
  for (;;) {
    const revision = await schemaRevision(tx);
    const known = remembered.get(revision);
    if (known) return known;
    const loaded = await load(tx);
    // Reads of a shared database see what others commit between them.
    if ((await schemaRevision(tx)) !== revision) continue;
    const [oldest] = remembered.keys();
    if (remembered.size >= mostRemembered && oldest !== undefined) remembered.delete(oldest);
    remembered.set(revision, loaded);
    return loaded;
  }
}

/** Which traits have an index, for a rule that asks all customers. */
export const indexedTraits = async (tx: Transaction): Promise<ReadonlySet<string>> => (await knownSchema(tx)).indexed;

/** What traits are declared to be; those that are inferred are not among them. */
export const declaredTraits = async (tx: Transaction): Promise<ReadonlyMap<string, AttributeType>> =>
  (await knownSchema(tx)).declared;

/** Which traits tell who somebody is, as declared or, where nobody has said so, as their names suggest. */
export const piiTraits = async (tx: Transaction): Promise<PiiTraits> => (await knownSchema(tx)).pii;

async function load(tx: Transaction): Promise<KnownSchema> {
  const traits = new Map<string, KnownAttribute>();
  const events = new Map<string, { category: Category | undefined; properties: Map<string, KnownAttribute> }>();
  const pii = new Set<string>();
  const indexed = new Set<string>();
  const personalProperties = new Map<string, Set<string>>();
  let properties = 0;
  for (const { type, category, declared } of await listEventTypes(tx))
    events.set(type, { category: declared ? category : undefined, properties: new Map() });
  for (const { scope, name, came, type, pii: isPii, indexed: isIndexed } of await listAttributes(tx)) {
    const known: KnownAttribute = { came, type: (type ?? undefined) as AttributeType | undefined };
    if (scope !== '') {
      properties++;
      events.get(scope)?.properties.set(name, known);
      if (isPii) personalProperties.set(scope, (personalProperties.get(scope) ?? new Set()).add(name));
      continue;
    }
    traits.set(name, known);
    if (isIndexed) indexed.add(name);
    if (isPii) pii.add(name);
  }
  const declared = new Map(
    [...traits].flatMap(([name, { type }]) => (type === undefined ? [] : [[name, type] as const])),
  );
  const has = (trait: string) => pii.has(trait) || (!traits.has(trait) && looksPersonal(trait));
  const hasProperty = (event: string, property: string) =>
    personalProperties.get(event)?.has(property) ||
    (!events.get(event)?.properties.has(property) && looksPersonal(property));
  return {
    closed: await isSchemaClosed(tx),
    traits,
    events,
    properties,
    pii: { has, hasProperty, names: pii },
    indexed,
    declared,
  };
}
