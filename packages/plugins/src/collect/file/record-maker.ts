import type { Consent, Identity, Json, JsonObject, SourceColumn, SourceRecord } from '@osicam/engine/plugin';
import { blanks } from './infer-columns.ts';
import { readBoolean, readValue } from './read-value.ts';
import type { FileSettings } from './settings.ts';

type Made = SourceRecord | { reason: string };

/**
 * Makes records of rows. A blank is a missing value. A value that is not of its column's type is kept as it is written,
 * and counted: it is never dropped, and never turned into something else.
 */
export class RecordMaker {
  readonly #columns: readonly SourceColumn[];
  readonly #byName: ReadonlyMap<string, SourceColumn>;
  readonly #decimal: FileSettings['decimal'];
  readonly #isMissing: (field: string) => boolean;
  readonly #ignored: ReadonlySet<string>;
  readonly #consents: readonly { column: string; index: number; channel: string; purpose: string }[];
  #misfits: Record<string, number> = {};

  constructor(columns: readonly SourceColumn[], { decimal, missing, map }: FileSettings) {
    this.#columns = columns;
    this.#byName = new Map(columns.map((column) => [column.name, column]));
    this.#decimal = decimal;
    this.#isMissing = blanks(missing);
    this.#ignored = new Set(Object.keys(map).filter((name) => map[name] === 'ignore'));
    this.#consents = columns.flatMap(({ name: column }, index) => {
      const wish = Object.hasOwn(map, column) ? map[column] : undefined;
      return wish && wish !== 'ignore' && wish.consent ? [{ column, index, ...wish.consent }] : [];
    });
  }

  /** What did not fit since the last call, by column. */
  takeMisfits(): Record<string, number> {
    const misfits = this.#misfits;
    this.#misfits = {};
    return misfits;
  }

  fromRow(row: readonly string[], line: number): Made {
    const traits: JsonObject = {};
    const identities: Identity[] = [];
    for (let i = 0; i < this.#columns.length; i++) {
      const column = this.#columns[i] as SourceColumn;
      const field = row[i] as string;
      if (this.#isMissing(field)) continue;
      if (column.identity !== undefined) identities.push({ kind: column.identity, value: field.trim() });
      if (column.trait !== undefined) traits[column.trait] = this.#read(column, field);
    }
    return this.#identified({ identities, traits, ...this.#consent(({ index }) => row[index]), line });
  }

  fromObject(object: JsonObject, line: number): Made {
    const traits: JsonObject = {};
    const identities: Identity[] = [];
    for (const [name, value] of Object.entries(object)) {
      if (value === null || this.#ignored.has(name) || (typeof value === 'string' && this.#isMissing(value))) continue;
      const column = this.#byName.get(name);
      if (column?.identity !== undefined) {
        if (typeof value === 'object') return { reason: `${name}: expected text or a number, got a structure` };
        identities.push({ kind: column.identity, value: String(value).trim() });
      }
      // A field that the sample did not have is a trait of its own name.
      const trait = column ? column.trait : name;
      if (trait !== undefined) traits[trait] = column && typeof value === 'string' ? this.#read(column, value) : value;
    }
    return this.#identified({ identities, traits, ...this.#consent(({ column }) => object[column]), line });
  }

  #read(column: SourceColumn, field: string): Json {
    if (column.type === 'text' || column.type === 'json') return field;
    const value = readValue(column.type, field, this.#decimal);
    if (value !== undefined) return value;
    this.#misfits[column.name] = (this.#misfits[column.name] ?? 0) + 1;
    return field;
  }

  /** What cannot be read as yes or no is no permission, and no refusal either. */
  #consent(valueOf: (of: { column: string; index: number }) => Json | undefined): { consents?: Consent[] } {
    if (this.#consents.length === 0) return {};
    const consents: Consent[] = [];
    for (const { column, index, channel, purpose } of this.#consents) {
      const text = String(valueOf({ column, index }) ?? '').trim();
      if (this.#isMissing(text)) continue;
      const granted = readBoolean(text);
      if (granted === undefined) this.#misfits[column] = (this.#misfits[column] ?? 0) + 1;
      else consents.push({ channel, purpose, granted, source: column });
    }
    return { consents };
  }

  #identified(record: SourceRecord): Made {
    if (record.identities.length > 0) return record;
    const names = this.#columns
      .filter(({ identity }) => identity !== undefined)
      .map(({ name }) => JSON.stringify(name));
    return { reason: `no value in ${names.join(' or ')}, which identifies a customer` };
  }
}
