import type { JsonObject, SourceColumn } from '@osicam/engine/plugin';
import { checkColumns, planColumn, shownExamples } from './infer-columns.ts';
import { readDate } from './read-value.ts';
import type { FileSettings } from './settings.ts';

/** How each field of JSON objects will be read. JSON says itself what is a number: nothing is inferred but for display. */
export function inferFields(
  names: readonly string[],
  sample: readonly JsonObject[],
  hints: Pick<FileSettings, 'key' | 'identityKind' | 'map'>,
): SourceColumn[] {
  const columns = names.map((name) => {
    const values = sample.map((object) => object[name]).filter((value) => value != null && value !== '');
    return planColumn(name, hints, {
      type: typeOf(values),
      missing: sample.length - values.length,
      examples: [...new Set(values.map(textOf))].slice(0, shownExamples),
    });
  });
  checkColumns(columns, hints);
  return columns;
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value).slice(0, 100));

function typeOf(values: readonly unknown[]): SourceColumn['type'] {
  if (values.length === 0) return 'text';
  if (values.every((value) => typeof value === 'number')) return 'number';
  if (values.every((value) => typeof value === 'boolean')) return 'boolean';
  if (values.every((value) => typeof value === 'string'))
    return values.every((value) => readDate(String(value)) !== undefined) ? 'date' : 'text';
  return 'json';
}
