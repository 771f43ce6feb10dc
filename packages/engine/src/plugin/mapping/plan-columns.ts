import type { Json, JsonObject } from '../json.ts';
import type { SourceColumn } from '../node-type.ts';
import type { ColumnMapping, Mapping } from './mapping.ts';
import { columnsTaken } from './map-row.ts';
import { guessDateFormats, readDate } from './read-date.ts';
import type { DecimalSign } from './read-value.ts';
import { readNumber } from './read-value.ts';
import { usesOf } from './uses-of.ts';
import { valueAt } from './value-at.ts';

/** A mapping that cannot be, or that does not fit what it is to map: what was expected, what came. */
export class MappingError extends Error {
  override name = 'MappingError';
}

/** How columns are to be read: a mapping, and which of them identifies a customer where it says so by one word. */
export type Hints = Mapping & { readonly key?: string | undefined; readonly identityKind: string };

/** Columns of digits that are no numbers: nobody adds up telephone numbers, and a post code keeps its zeros. */
const codes =
  /phone|mobile|telefon|(^|[_ ])tel($|[_ ])|fax|msisdn|imsi|imei|iccid|iban|\bzip|post_?code|postal|\bplz\b|ssn/i;

/** So many values show what a column is. */
const shownExamples = 3;
const longestExample = 100;

/** What counts as no value. */
export function blanks(words: readonly string[]): (field: string) => boolean {
  const known = new Set(words);
  return (field) =>
    field === '' || (field.charCodeAt(0) <= 32 && field.trim() === '') || (known.size > 0 && known.has(field.trim()));
}

/** How columns of text will be read, from their names, the mapping and a sample of rows. */
export function planColumns(
  names: readonly string[],
  sample: readonly (readonly string[])[],
  hints: Hints & { missing: readonly string[]; decimal: DecimalSign },
): SourceColumn[] {
  const isMissing = blanks(hints.missing);
  const taken = columnsTaken(hints);
  const uses = usesOf(hints);
  const columns = names.map((name, i): SourceColumn => {
    const values = sample.map((row) => row[i] ?? '').filter((value) => !isMissing(value));
    const type = codes.test(name) ? 'text' : typeOfText(values, hints.decimal);
    const dates = type === 'text' ? guessDateFormats(values) : [];
    return planColumn(
      name,
      hints,
      { taken, uses },
      {
        type,
        missing: sample.length - values.length,
        distinct: new Set(values).size,
        examples: examplesOf(values),
        ...(dates.length > 0 ? { dates } : {}),
      },
    );
  });
  checkColumns(columns, hints);
  return columns;
}

/** How the fields of objects will be read. They say themselves what is a number: nothing is inferred but for display. */
export function planFields(names: readonly string[], sample: readonly JsonObject[], hints: Hints): SourceColumn[] {
  const taken = columnsTaken(hints);
  const uses = usesOf(hints);
  const paths = [...Object.keys(hints.columns), ...taken].filter((name) => !names.includes(name));
  const found = [...new Set(paths)].filter((path) => path.includes('.'));
  const columns = [...names, ...found].map((name) => {
    const values = sample.map((object) => valueAt(object, name)).filter((value) => value != null && value !== '');
    const texts = (values as Json[]).map((value) => (typeof value === 'string' ? value : JSON.stringify(value)));
    const dates = values.every((value) => typeof value === 'string') ? guessDateFormats(texts) : [];
    return planColumn(
      name,
      hints,
      { taken, uses },
      {
        type: typeOfJson(values as Json[]),
        missing: sample.length - values.length,
        distinct: new Set(texts).size,
        examples: examplesOf(texts),
        ...(dates.length > 0 ? { dates } : {}),
      },
    );
  });
  checkColumns(columns, hints);
  return columns;
}

const examplesOf = (values: readonly string[]): string[] =>
  [...new Set(values)].slice(0, shownExamples).map((value) => value.slice(0, longestExample));

function planColumn(
  name: string,
  { key, identityKind, columns, rest }: Hints,
  { taken, uses }: { taken: ReadonlySet<string>; uses: ReadonlyMap<string, string[]> },
  seen: Pick<SourceColumn, 'type' | 'missing' | 'distinct' | 'examples' | 'dates'>,
): SourceColumn {
  const wish: ColumnMapping | 'ignore' | undefined = Object.hasOwn(columns, name) ? columns[name] : undefined;
  if (wish === 'ignore') return { name, ...seen, becomes: uses.get(name) ?? [] };
  const identity = wish?.identity ?? (name === key ? identityKind : undefined);
  const trait =
    wish?.trait === false
      ? undefined
      : (wish?.trait ?? (taken.has(name) || (wish === undefined && rest !== 'trait') ? undefined : name));
  const { format, zone, currency, consent } = wish ?? {};
  const becomes = [
    ...(identity === undefined ? [] : [`identity ${identity}`]),
    ...(trait === undefined ? [] : [`trait ${trait}`]),
    ...(consent === undefined ? [] : [`consent to ${consent.channel}/${consent.purpose}`]),
    ...(uses.get(name) ?? []),
  ];
  if (becomes.length === 0 && rest === 'property') becomes.push('property of the events');
  return {
    name,
    ...seen,
    type: wish?.type ?? (format !== undefined ? 'date' : identity === undefined ? seen.type : 'text'),
    ...(trait === undefined ? {} : { trait }),
    ...(identity === undefined ? {} : { identity }),
    ...(format === undefined ? {} : { format }),
    ...(zone === undefined ? {} : { zone }),
    ...(currency === undefined ? {} : { currency }),
    becomes,
  };
}

function checkColumns(columns: readonly SourceColumn[], hints: Hints): void {
  const names = columns.map(({ name }) => name);
  const named = [
    ...Object.keys(hints.columns),
    ...columnsTaken(hints),
    ...(hints.key === undefined ? [] : [hints.key]),
  ];
  const absent = named.find((name) => !names.includes(name));
  if (absent !== undefined)
    throw new MappingError(`there is no column ${JSON.stringify(absent)}: the columns are ${listed(names)}`);
  const byTrait = new Map<string, string>();
  for (const { name, trait } of columns) {
    if (trait === undefined) continue;
    if (trait === '__proto__')
      throw new MappingError('a trait cannot be named __proto__: give that column another name');
    const other = byTrait.get(trait);
    if (other !== undefined)
      throw new MappingError(
        `the columns ${JSON.stringify(other)} and ${JSON.stringify(name)} would both be the trait ${trait}`,
      );
    byTrait.set(trait, name);
  }
}

/** A few hundred names help nobody. */
export const listed = (names: readonly string[]): string =>
  names.length <= 30 ? names.join(', ') : `${names.slice(0, 30).join(', ')} and ${names.length - 30} more`;

function typeOfText(values: readonly string[], decimal: DecimalSign): SourceColumn['type'] {
  if (values.length === 0) return 'text';
  // Yes and No are words that rules are written with; only true and false are taken for booleans unasked.
  if (values.every((value) => /^\s*(true|false)\s*$/i.test(value))) return 'boolean';
  if (values.every((value) => readNumber(value.trim(), decimal) !== undefined)) return 'number';
  if (values.every((value) => readDate(value.trim()) !== undefined)) return 'date';
  return 'text';
}

function typeOfJson(values: readonly Json[]): SourceColumn['type'] {
  if (values.length === 0) return 'text';
  if (values.every((value) => typeof value === 'number')) return 'number';
  if (values.every((value) => typeof value === 'boolean')) return 'boolean';
  if (values.every((value) => typeof value === 'string'))
    return values.every((value) => readDate(value) !== undefined) ? 'date' : 'text';
  return 'json';
}

const idLike =
  /^(customer|client|account|user|member|subscriber|contact|person|cust|kunden?)?[_ .-]*(id|no|nr|num|number|key|code|uuid|guid)$/i;

/** The column that identifies, where the settings name none: named like an id, without repetitions. */
export function findKey(header: readonly string[], sample: readonly (readonly string[])[]): string | undefined {
  return header
    .map((name) => name.trim())
    .find((name, i) => {
      if (!idLike.test(name)) return false;
      const values = sample.flatMap((row) => row[i]?.trim() || []);
      return new Set(values).size === values.length && values.length * 2 >= sample.length;
    });
}

export const isIdentified = ({ columns }: Pick<Mapping, 'columns'>): boolean =>
  Object.values(columns).some((wish) => wish !== 'ignore' && wish.identity !== undefined);

/** Why rows of these columns could be nobody's, if they could. */
export function whyNobody(columns: readonly SourceColumn[]): string | undefined {
  if (columns.some(({ identity }) => identity !== undefined)) return undefined;
  return (
    'no column is named like an id without repetitions: name the one that identifies a customer as ' +
    `the key. The columns are ${listed(columns.map(({ name }) => name))}`
  );
}

/** The columns that a mapping names, where there is no sample to find others in. Values say themselves what they are. */
export function declaredColumns(mapping: Mapping): SourceColumn[] {
  const taken = columnsTaken(mapping);
  const uses = usesOf(mapping);
  return Object.keys(mapping.columns).map((name) =>
    planColumn(
      name,
      { ...mapping, identityKind: 'key' },
      { taken, uses },
      { type: 'json', missing: 0, distinct: 0, examples: [] },
    ),
  );
}
