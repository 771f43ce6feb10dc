import { hash } from 'node:crypto';
import type { Consent, CustomerEvent, Relationship } from '../customer.ts';
import { categoryOf } from '../event-category.ts';
import type { Json } from '../json.ts';
import type { ConsentMapping, EventMapping, Mapping, RelationshipMapping, ValueMapping } from './mapping.ts';
import { Occurrences } from './occurrences.ts';
import { readInstant } from './read-date.ts';
import type { DecimalSign, Reading } from './read-value.ts';
import { readBoolean, readValue } from './read-value.ts';

/** How a row is asked for the value of a column: undefined, null and a blank are none. */
export type ColumnGetter = (column: string) => Json | undefined;

export interface RowPlace {
  /** When what has no time of its own happened, in epoch milliseconds. */
  readonly now: number;
  /** What makes the row this one: its key in a table, or all that stands in it. */
  readonly rowKey: () => string;
  /** Rows with the same key are the same row, as in a table; in a file they are several that are alike. */
  readonly isUnique: boolean;
  /** Columns that nothing names, where they are properties. */
  readonly rest?: () => Iterable<readonly [string, Json]>;
}

export interface RowParts {
  events?: CustomerEvent[];
  consents?: Consent[];
  relationships?: Relationship[];
}

/** Why a row cannot be taken: what was expected, what came. */
class Unfit extends Error {}

const shown = (value: Json): string => JSON.stringify(value).slice(0, 100);
const isListed = (value: NonNullable<EventMapping['messageId']>): value is { columns: string[] } =>
  typeof value === 'object' && 'columns' in value;
const columnOf = (value: ValueMapping): string | undefined =>
  typeof value === 'string' ? value : 'column' in value ? value.column : undefined;

/** The columns that events, consents and relationships of a mapping take: they are no traits unless told. */
export function columnsTaken({ events, consents, relationships }: Omit<Mapping, 'columns' | 'rest'>): Set<string> {
  const values = [
    ...events.flatMap(({ type, time, messageId, properties }) => [
      typeof type === 'string' ? undefined : type,
      time,
      ...(messageId === undefined ? [] : isListed(messageId) ? messageId.columns : [messageId]),
      ...Object.values(properties),
    ]),
    ...consents.flatMap(({ granted, at, proof, textVersion }) => [granted, at, proof, textVersion]),
    ...relationships.flatMap(({ key, from, to, traits }) => [key, from, to, ...Object.values(traits)]),
  ];
  return new Set(values.flatMap((value) => (value === undefined ? [] : (columnOf(value) ?? []))));
}

/**
 * Makes the events, consents and relationships of rows by a mapping. A value that is not of its type is kept as it is
 * written, and counted; what cannot do without it, as the time of an event, has its row refused.
 */
export class RowMapper {
  readonly #mapping: Omit<Mapping, 'columns'>;
  readonly #decimal: DecimalSign;
  readonly #isMissing: (text: string) => boolean;
  readonly #onMisfit: (column: string) => void;
  readonly #readingOf: (column: string) => Reading | undefined;
  readonly #seen = new Occurrences();
  readonly isNeeded: boolean;

  constructor(
    mapping: Omit<Mapping, 'columns'>,
    {
      decimal = 'point',
      isMissing = (text) => text.trim() === '',
      onMisfit = () => undefined,
      readingOf = () => undefined,
    }: {
      /** How a column is read that the mapping says nothing of. */
      readingOf?: (column: string) => Reading | undefined;
      decimal?: DecimalSign;
      isMissing?: (text: string) => boolean;
      onMisfit?: (column: string) => void;
    } = {},
  ) {
    this.#mapping = mapping;
    this.#decimal = decimal;
    this.#isMissing = isMissing;
    this.#onMisfit = onMisfit;
    this.#readingOf = readingOf;
    const { events, consents, relationships } = mapping;
    this.isNeeded = events.length + consents.length + relationships.length > 0;
  }

  /** What a row says besides who it is about, or why it cannot be taken. */
  parts(get: ColumnGetter, place: RowPlace): RowParts | { reason: string } {
    const { events, consents, relationships } = this.#mapping;
    try {
      return {
        ...(events.length > 0 ? { events: events.flatMap((each, i) => this.#event(each, i, get, place) ?? []) } : {}),
        ...(consents.length > 0 ? { consents: consents.flatMap((each) => this.#consent(each, get) ?? []) } : {}),
        ...(relationships.length > 0
          ? { relationships: relationships.flatMap((each) => this.#relationship(each, get) ?? []) }
          : {}),
      };
    } catch (error) {
      if (error instanceof Unfit) return { reason: error.message };
      throw error;
    }
  }

  #event(mapping: EventMapping, index: number, get: ColumnGetter, place: RowPlace): CustomerEvent | undefined {
    const { optional, category } = mapping;
    const type = typeof mapping.type === 'string' ? mapping.type : this.#text(mapping.type, get)?.trim();
    const time = mapping.time === undefined ? place.now : this.#instant(mapping.time, get);
    if (type === undefined || time === undefined) {
      if (optional) return undefined;
      const [column, what] = type === undefined ? [mapping.type, 'type'] : [mapping.time as ValueMapping, 'time'];
      throw new Unfit(`no value in ${shown(columnOf(column) ?? '')}, the ${what} of an event`);
    }
    if (type.length > 200)
      throw new Unfit(`expected the type of an event in at most 200 characters, got ${shown(type)}`);
    const entries: [string, Json][] = this.#mapping.rest === 'property' ? this.#rest(place) : [];
    for (const [name, value] of Object.entries(mapping.properties)) {
      const read = this.#value(value, get);
      if (read !== undefined) entries.push([name, read]);
    }
    const properties = Object.fromEntries(entries);
    const messageId = this.#messageId(mapping, get) ?? this.#derived(type, index, get, place);
    return { type, category: category ?? categoryOf(type), time, properties, messageId };
  }

  #rest({ rest }: RowPlace): [string, Json][] {
    return Array.from(rest?.() ?? [], ([name, value]): [string, Json] => [name, value]);
  }

  #messageId({ messageId }: EventMapping, get: ColumnGetter): string | undefined {
    if (messageId === undefined || isListed(messageId)) return undefined;
    const given = this.#text(messageId, get)?.trim();
    if (given === undefined || given === '') return undefined;
    // One row may tell of several events.
    const column = columnOf(messageId);
    const sharing = this.#mapping.events.filter(
      (each) => each.messageId !== undefined && !isListed(each.messageId) && columnOf(each.messageId) === column,
    );
    return sharing.length < 2 ? given : `${given}/${sharing.findIndex((each) => each.messageId === messageId)}`;
  }

  /**
   * The same row gives the same id whenever it is read, and the second of two rows that are alike another: two purchases of
   * the same things on the same day are two.
   */
  #derived(type: string, index: number, get: ColumnGetter, { rowKey, isUnique }: RowPlace): string {
    const { messageId } = this.#mapping.events[index] as EventMapping;
    const listed = messageId !== undefined && isListed(messageId) ? messageId.columns : undefined;
    const row = listed ? JSON.stringify(listed.map((column) => get(column) ?? null)) : rowKey();
    const digest = hash('sha256', `${index} ${type}\n${row}`, 'buffer');
    const id = digest.toString('base64url', 8, 26);
    const count = isUnique && !listed ? 1 : this.#seen.count(digest);
    return count === 1 ? id : `${id}.${count}`;
  }

  #consent(mapping: ConsentMapping, get: ColumnGetter): Consent | undefined {
    const { channel, purpose, proof, textVersion, at } = mapping;
    const raw = this.#raw(mapping.granted, get);
    if (raw === undefined) return undefined;
    const granted = readBoolean(raw);
    const column = columnOf(mapping.granted) ?? '';
    if (granted === undefined) {
      // What cannot be read as yes or no is no permission, and no refusal either.
      this.#onMisfit(column);
      return undefined;
    }
    const [proved, version] = [proof, textVersion].map((value) =>
      value === undefined ? undefined : this.#text(value, get),
    );
    const since = at === undefined ? undefined : this.#instant(at, get);
    return {
      channel,
      purpose,
      granted,
      source: mapping.source ?? (column || 'import'),
      ...(since === undefined ? {} : { at: since }),
      ...(proved === undefined ? {} : { proof: proved }),
      ...(version === undefined ? {} : { textVersion: version }),
    };
  }

  #relationship(mapping: RelationshipMapping, get: ColumnGetter): Relationship | undefined {
    const key = this.#text(mapping.key, get)?.trim();
    if (key === undefined) return undefined;
    const from = mapping.from === undefined ? undefined : this.#instant(mapping.from, get);
    const to = mapping.to === undefined ? undefined : this.#instant(mapping.to, get);
    const traits = Object.entries(mapping.traits).flatMap(([name, value]) => {
      const read = this.#value(value, get);
      return read === undefined ? [] : [[name, read] as const];
    });
    return {
      kind: mapping.kind,
      key,
      ...(traits.length > 0 ? { traits: Object.fromEntries(traits) } : {}),
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
    };
  }

  #raw(value: ValueMapping, get: ColumnGetter): Json | undefined {
    if (typeof value !== 'string' && 'value' in value) return value.value;
    const raw = get(typeof value === 'string' ? value : value.column);
    return raw === null || raw === undefined || (typeof raw === 'string' && this.#isMissing(raw)) ? undefined : raw;
  }

  #text(value: ValueMapping, get: ColumnGetter): string | undefined {
    const raw = this.#raw(value, get);
    if (raw === undefined || typeof raw === 'string') return raw;
    if (typeof raw === 'object') throw new Unfit(`${columnOf(value)}: expected text or a number, got a structure`);
    return String(raw);
  }

  #instant(value: ValueMapping, get: ColumnGetter): number | undefined {
    const raw = this.#raw(value, get);
    if (raw === undefined) return undefined;
    const { format, zone } =
      typeof value === 'string' || 'value' in value ? { format: undefined, zone: undefined } : value;
    const text = typeof raw === 'string' ? raw.trim() : raw;
    const at = typeof text === 'string' || typeof text === 'number' ? readInstant(text, format, zone) : undefined;
    if (at !== undefined) return at;
    const column = columnOf(value);
    throw new Unfit(
      `${column === undefined ? '' : `${column}: `}expected a date ${format === undefined ? 'by ISO 8601' : `as ${format}`}, got ${shown(raw)}`,
    );
  }

  #value(value: ValueMapping, get: ColumnGetter): Json | undefined {
    const raw = this.#raw(value, get);
    if (raw === undefined || (typeof value === 'object' && 'value' in value)) return raw;
    const column = typeof value === 'string' ? value : value.column;
    const reading: Reading | undefined =
      typeof value === 'string' || value.type === undefined
        ? this.#readingOf(column)
        : { ...value, type: value.type, decimal: this.#decimal };
    if (reading === undefined) return raw;
    const read = readValue(reading, raw);
    if (read === undefined) this.#onMisfit(column);
    return read ?? raw;
  }
}
