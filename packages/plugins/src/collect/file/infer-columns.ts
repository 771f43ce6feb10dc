import type { SourceColumn } from '@osicam/engine/plugin';
import { FileError } from './file-error.ts';
import type { ColumnType } from './read-value.ts';
import { readDate, readNumber } from './read-value.ts';
import type { FileSettings } from './settings.ts';

type Hints = Pick<FileSettings, 'key' | 'identityKind' | 'map' | 'missing' | 'decimal'>;

/** Columns of digits that are no numbers: nobody adds up telephone numbers, and a post code keeps its zeros. */
const codes =
  /phone|mobile|telefon|(^|[_ ])tel($|[_ ])|fax|msisdn|imsi|imei|iccid|iban|\bzip|post_?code|postal|\bplz\b|ssn/i;

/** So many values show what a column is. */
export const shownExamples = 3;

/** How each column will be read, from its name, the settings and a sample of rows. */
export function inferColumns(
  header: readonly string[],
  sample: readonly (readonly string[])[],
  hints: Hints,
): SourceColumn[] {
  const names = nameColumns(header);
  const missing = blanks(hints.missing);
  const columns = names.map((name, i): SourceColumn => {
    const values = sample.map((row) => row[i] ?? '').filter((value) => !missing(value));
    return planColumn(name, hints, {
      type: codes.test(name) ? 'text' : typeOf(values, hints.decimal),
      missing: sample.length - values.length,
      examples: [...new Set(values)].slice(0, shownExamples),
    });
  });
  checkColumns(columns, hints);
  return columns;
}

/** What becomes of a column by the settings, over what it looks like. */
export function planColumn(
  name: string,
  { key, identityKind, map }: Pick<Hints, 'key' | 'identityKind' | 'map'>,
  seen: Pick<SourceColumn, 'type' | 'missing' | 'examples'>,
): SourceColumn {
  const wish = Object.hasOwn(map, name) ? map[name] : undefined;
  if (wish === 'ignore') return { name, ...seen };
  const identity = wish?.identity ?? (name === key ? identityKind : undefined);
  const trait = wish?.trait === false ? undefined : (wish?.trait ?? name);
  return {
    name,
    ...seen,
    type: wish?.type ?? (identity === undefined ? seen.type : 'text'),
    ...(trait === undefined ? {} : { trait }),
    ...(identity === undefined ? {} : { identity }),
  };
}

export function checkColumns(columns: readonly SourceColumn[], { key, map }: Pick<Hints, 'key' | 'map'>): void {
  const names = columns.map(({ name }) => name);
  const absent = [...Object.keys(map), ...(key === undefined ? [] : [key])].find((name) => !names.includes(name));
  if (absent !== undefined)
    throw new FileError(`there is no column ${JSON.stringify(absent)}: the columns are ${names.join(', ')}`);
  const byTrait = new Map<string, string>();
  for (const { name, trait } of columns) {
    if (trait === undefined) continue;
    if (trait === '__proto__')
      throw new FileError('a trait cannot be named __proto__: map that column to another name');
    const other = byTrait.get(trait);
    if (other !== undefined)
      throw new FileError(
        `the columns ${JSON.stringify(other)} and ${JSON.stringify(name)} would both be the trait ${trait}`,
      );
    byTrait.set(trait, name);
  }
}

/** The names in the header; a column without a name is called by its place. */
function nameColumns(header: readonly string[]): string[] {
  const names = header.map((name, i) => name.trim() || `column ${i + 1}`);
  const doubled = names.findIndex((name, i) => names.indexOf(name) < i);
  if (doubled >= 0)
    throw new FileError(
      `columns ${names.indexOf(names[doubled] as string) + 1} and ${doubled + 1} of the header are both named ` +
        `${JSON.stringify(names[doubled])}: expected a name each`,
    );
  return names;
}

function typeOf(values: readonly string[], decimal: 'point' | 'comma'): ColumnType {
  if (values.length === 0) return 'text';
  // Yes and No are words that rules are written with; only true and false are taken for booleans unasked.
  if (values.every((value) => /^\s*(true|false)\s*$/i.test(value))) return 'boolean';
  if (values.every((value) => readNumber(value.trim(), decimal) !== undefined)) return 'number';
  if (values.every((value) => readDate(value.trim()) !== undefined)) return 'date';
  return 'text';
}

/** What counts as no value. */
export function blanks(words: readonly string[]): (field: string) => boolean {
  const known = new Set(words);
  return (field) =>
    field === '' || (field.charCodeAt(0) <= 32 && field.trim() === '') || (known.size > 0 && known.has(field.trim()));
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
