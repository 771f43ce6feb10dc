import type { Consent, Identity } from '../customer.ts';
import type { Json, JsonObject } from '../json.ts';
import type { SourceColumn, SourceRecord } from '../node-type.ts';
import type { Mapping } from './mapping.ts';
import { columnsTaken, RowMapper } from './map-row.ts';
import { blanks } from './plan-columns.ts';
import type { DecimalSign } from './read-value.ts';
import { readBoolean, readValue } from './read-value.ts';
import { valueAt } from './value-at.ts';

export type Made = SourceRecord | { reason: string };

export interface MapperSettings extends Mapping {
  readonly decimal?: DecimalSign | undefined;
  readonly missing?: readonly string[] | undefined;
}

export interface ObjectPlace {
  readonly line?: number;
  /** When what has no time of its own happened, in epoch milliseconds. */
  readonly now: number;
  /** The row's key in its table; without it, all that it says makes it this one. */
  readonly rowKey?: string;
  /** Looks up what the object itself does not have, as the head of the message that it came in. */
  readonly around?: (name: string) => Json | undefined;
}

/**
 * Makes records of rows. A blank is a missing value. A value that is not of its column's type is kept as it is written,
 * and counted: it is never dropped, and never turned into something else.
 */
export class RecordMapper {
  readonly #columns: readonly SourceColumn[];
  readonly #byName: ReadonlyMap<string, { column: SourceColumn; index: number }>;
  readonly #paths: readonly SourceColumn[];
  readonly #decimal: DecimalSign;
  readonly #isMissing: (field: string) => boolean;
  readonly #ignored: ReadonlySet<string>;
  readonly #taken: ReadonlySet<string>;
  readonly #rest: Mapping['rest'];
  readonly #consents: readonly { column: string; channel: string; purpose: string }[];
  readonly #rows: RowMapper;
  #misfits: Record<string, number> = {};

  constructor(columns: readonly SourceColumn[], mapping: MapperSettings) {
    this.#columns = columns;
    this.#byName = new Map(columns.map((column, index) => [column.name, { column, index }]));
    this.#paths = columns.filter(({ name }) => name.includes('.'));
    this.#decimal = mapping.decimal ?? 'point';
    this.#isMissing = blanks(mapping.missing ?? []);
    this.#ignored = new Set(Object.keys(mapping.columns).filter((name) => mapping.columns[name] === 'ignore'));
    this.#taken = columnsTaken(mapping);
    this.#rest = mapping.rest;
    this.#consents = columns.flatMap(({ name: column }) => {
      const wish = Object.hasOwn(mapping.columns, column) ? mapping.columns[column] : undefined;
      return wish && wish !== 'ignore' && wish.consent ? [{ column, ...wish.consent }] : [];
    });
    this.#rows = new RowMapper(mapping, {
      decimal: this.#decimal,
      isMissing: this.#isMissing,
      onMisfit: (column) => this.#misfit(column),
      readingOf: (name) => {
        const column = this.#byName.get(name)?.column;
        return column && column.type !== 'text' && column.type !== 'json'
          ? { ...column, decimal: this.#decimal }
          : undefined;
      },
    });
  }

  /** What did not fit since the last call, by column. */
  takeMisfits(): Record<string, number> {
    const misfits = this.#misfits;
    this.#misfits = {};
    return misfits;
  }

  /** A row of text fields, in the order of the columns. */
  fromRow(row: readonly string[], line: number, now: number): Made {
    const traits: JsonObject = {};
    const identities: Identity[] = [];
    for (let i = 0; i < this.#columns.length; i++) {
      const column = this.#columns[i] as SourceColumn;
      const field = row[i] as string;
      if (this.#isMissing(field)) continue;
      if (column.identity !== undefined) identities.push({ kind: column.identity, value: field.trim() });
      if (column.trait !== undefined) traits[column.trait] = this.#read(column, field);
    }
    const record: SourceRecord = { identities, traits, line };
    if (!this.#rows.isNeeded && this.#consents.length === 0) return this.#identified(record);
    const get = (name: string) => row[this.#byName.get(name)?.index ?? -1];
    return this.#whole(record, get, { now, rowKey: () => JSON.stringify(row), isUnique: false }, () =>
      this.#columns.flatMap((column, i): [string, Json][] => {
        const field = row[i] as string;
        return this.#isRest(column.name) && !this.#isMissing(field) ? [[column.name, this.#read(column, field)]] : [];
      }),
    );
  }

  fromObject(object: JsonObject, { line, now, rowKey, around }: ObjectPlace): Made {
    const traits: [string, Json][] = [];
    const identities: Identity[] = [];
    const add = (name: string, value: Json, column: SourceColumn | undefined): string | undefined => {
      if (value === null || this.#ignored.has(name) || (typeof value === 'string' && this.#isMissing(value))) return;
      if (column?.identity !== undefined) {
        if (typeof value === 'object') return `${name}: expected text or a number, got a structure`;
        identities.push({ kind: column.identity, value: String(value).trim() });
      }
      // A field that the sample did not have is a trait of its own name.
      const trait = column ? column.trait : this.#rest === 'trait' && !this.#taken.has(name) ? name : undefined;
      if (trait !== undefined) traits.push([trait, column ? this.#readJson(column, value) : value]);
      return undefined;
    };
    for (const [name, value] of Object.entries(object)) {
      const reason = add(name, value, this.#byName.get(name)?.column);
      if (reason !== undefined) return { reason };
    }
    const get = (name: string) => valueAt(object, name) ?? around?.(name);
    for (const column of this.#paths) {
      if (Object.hasOwn(object, column.name)) continue;
      const reason = add(column.name, get(column.name) ?? null, column);
      if (reason !== undefined) return { reason };
    }
    const record: SourceRecord = {
      identities,
      traits: Object.fromEntries(traits),
      ...(line === undefined ? {} : { line }),
    };
    if (!this.#rows.isNeeded && this.#consents.length === 0) return this.#identified(record);
    const place = { now, rowKey: () => rowKey ?? JSON.stringify(object), isUnique: rowKey !== undefined };
    return this.#whole(record, get, place, () =>
      Object.entries(object).filter(([name, value]) => value !== null && this.#isRest(name)),
    );
  }

  #whole(
    record: SourceRecord,
    get: (name: string) => Json | undefined,
    place: { now: number; rowKey: () => string; isUnique: boolean },
    rest: () => Iterable<readonly [string, Json]>,
  ): Made {
    const identified = this.#identified(record);
    if ('reason' in identified) return identified;
    const parts = this.#rows.isNeeded ? this.#rows.parts(get, { ...place, rest }) : {};
    if ('reason' in parts) return parts;
    const consents = [...this.#consent(get), ...(parts.consents ?? [])];
    return { ...record, ...parts, ...(this.#consents.length > 0 || parts.consents ? { consents } : {}) };
  }

  /** Whether nothing names this column. */
  #isRest(name: string): boolean {
    const column = this.#byName.get(name)?.column;
    return !this.#ignored.has(name) && !this.#taken.has(name) && !column?.trait && !column?.identity;
  }

  #read(column: SourceColumn, field: string): Json {
    if (column.type === 'text') return field;
    const value = readValue({ ...column, decimal: this.#decimal }, field);
    if (value !== undefined) return value;
    this.#misfit(column.name);
    return field;
  }

  /** JSON says itself what is a number: only what the mapping wants otherwise is read as something else. */
  #readJson(column: SourceColumn, value: Json): Json {
    const { type } = column;
    if (type === 'json' || (typeof value !== 'string' && (type === 'text' || typeof value === type))) return value;
    if (typeof value !== 'string' && type !== 'money' && !(type === 'date' && column.format)) return value;
    const read = readValue({ ...column, decimal: this.#decimal }, value);
    if (read === undefined) this.#misfit(column.name);
    return read ?? value;
  }

  #misfit(column: string): void {
    this.#misfits[column] = (this.#misfits[column] ?? 0) + 1;
  }

  /** What cannot be read as yes or no is no permission, and no refusal either. */
  #consent(get: (name: string) => Json | undefined): Consent[] {
    const consents: Consent[] = [];
    for (const { column, channel, purpose } of this.#consents) {
      const value = get(column) ?? '';
      if (typeof value === 'string' && this.#isMissing(value.trim())) continue;
      const granted = readBoolean(value);
      if (granted === undefined) this.#misfit(column);
      else consents.push({ channel, purpose, granted, source: column });
    }
    return consents;
  }

  #identified(record: SourceRecord): Made {
    if (record.identities.length > 0) return record;
    const names = this.#columns
      .filter(({ identity }) => identity !== undefined)
      .map(({ name }) => JSON.stringify(name));
    return { reason: `no value in ${names.join(' or ')}, which identifies a customer` };
  }
}
