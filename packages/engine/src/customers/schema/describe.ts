import type { Category } from '../../loop/loop.ts';
import type { AttributeType } from '../../plugin/attribute-type.ts';
import { categoryOf } from '../../plugin/event-category.ts';
import type { AttributeRow } from '../../store/attributes.ts';
import { isSchemaClosed, listAttributes, listEventTypes } from '../../store/attributes.ts';
import type { Transaction } from '../../store/database.ts';
import { countMisfits } from '../../store/misfits.ts';
import { inferred } from './declare.ts';
import { traitCategory } from './guess.ts';
import type { Found } from './sample.ts';
import { mostValues, takeSample } from './sample.ts';
import { typeOfCame, wordsOf } from './types.ts';

export interface AttributeView {
  name: string;
  /** As declared, else as inferred from what has come. */
  type: AttributeType;
  declared: boolean;
  category: Category;
  label: string | null;
  description: string | null;
  pii: boolean;
  indexed: boolean;
  /** Null where it was found by looking, and nobody has heard it come. */
  seenAt: number | null;
  /** The types that have come, and of a sample how many values of each there are. */
  came: AttributeType[];
  kinds: Partial<Record<AttributeType, number>>;
  /** Of a sample, the share of customers (or of events) that have it; null where there was nothing to look at. */
  share: number | null;
  /** All its values in a sample, where they are few and tell nobody's identity. */
  values?: string[];
  misfits: number;
}

export interface EventTypeView {
  type: string;
  declared: boolean;
  category: Category;
  label: string | null;
  description: string | null;
  seenAt: number | null;
  /** Its share of the latest events. */
  share: number | null;
  properties: AttributeView[];
  /** Whole events that are kept aside. */
  misfits: number;
}

export interface SchemaView {
  closed: boolean;
  /** Customers and events that were looked at. */
  sampled: { customers: number; events: number };
  traits: AttributeView[];
  events: EventTypeView[];
}

/** All that is known of traits and event types: what is declared or inferred, and what a look at some of the base tells. */
export async function describeSchema(tx: Transaction): Promise<SchemaView> {
  const [rows, types, closed] = [await listAttributes(tx), await listEventTypes(tx), await isSchemaClosed(tx)];
  const sample = await takeSample(tx);
  const misfits = new Map<string, Map<string, number>>();
  for (const { scope, name, count } of await countMisfits(tx)) {
    const of = misfits.get(scope) ?? new Map<string, number>();
    misfits.set(scope, of.set(name, Number(count)));
  }

  const of = (
    scope: string,
    found: ReadonlyMap<string, Found>,
    total: number,
    category: (name: string) => Category,
  ) => {
    const stored = new Map(rows.filter((row) => row.scope === scope).map((row) => [row.name, row]));
    const aside = misfits.get(scope) ?? new Map<string, number>();
    const names = new Set([...stored.keys(), ...found.keys(), ...aside.keys()]);
    // The one without a name is the event as a whole, unless it is a property.
    if (scope !== '' && !stored.has('') && !found.has('')) names.delete('');
    return [...names].sort().map((name) => {
      const row = stored.get(name) ?? inferred(scope, name, category(name), 0);
      return viewOf(row, { found: found.get(name), total, misfits: aside.get(name) ?? 0, isStored: stored.has(name) });
    });
  };

  const known = new Map(types.map((row) => [row.type, row]));
  const scopes = [...misfits.keys()].filter((scope) => scope !== '');
  const names = new Set([...known.keys(), ...sample.events.keys(), ...scopes]);
  return {
    closed,
    sampled: { customers: sample.customers, events: sample.eventsLookedAt },
    traits: of('', sample.traits, sample.customers, traitCategory),
    events: [...names].sort().map((type) => {
      const row = known.get(type);
      const found = sample.events.get(type);
      const category = row?.category ?? found?.category ?? categoryOf(type);
      const properties = of(type, found?.properties ?? new Map(), found?.count ?? 0, () => category);
      return {
        type,
        declared: row?.declared === 1,
        category,
        label: row?.label ?? null,
        description: row?.description ?? null,
        seenAt: row?.seenAt ?? null,
        share: sample.eventsLookedAt === 0 ? null : (found?.count ?? 0) / sample.eventsLookedAt,
        properties,
        misfits: properties.some(({ name }) => name === '') ? 0 : (misfits.get(type)?.get('') ?? 0),
      };
    }),
  };
}

function viewOf(
  row: AttributeRow,
  { found, total, misfits, isStored }: { found: Found | undefined; total: number; misfits: number; isStored: boolean },
): AttributeView {
  const came = [...(found?.came.keys() ?? [])].reduce((all, bit) => all | bit, row.came);
  const kinds: Partial<Record<AttributeType, number>> = {};
  for (const [bit, count] of found?.came ?? []) for (const type of wordsOf(bit)) kinds[type] = count;
  const type = (row.type as AttributeType | null) ?? typeOfCame(came);
  const values =
    found && row.pii === 0 && type !== 'instant' && found.values.size > 0 && found.values.size <= mostValues;
  return {
    name: row.name,
    type,
    declared: row.type !== null,
    category: row.category,
    label: row.label,
    description: row.description,
    pii: row.pii === 1,
    indexed: row.indexed === 1,
    seenAt: isStored ? row.seenAt : null,
    came: wordsOf(came),
    kinds,
    share: total === 0 ? null : Math.min(1, (found?.having ?? 0) / total),
    ...(values ? { values: [...found.values].sort() } : {}),
    misfits,
  };
}
