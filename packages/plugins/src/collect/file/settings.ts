import { choiceField, mappingFields, z } from '@osicam/engine/plugin';
import { reentryFields } from '../../reentry.ts';

const isEncoding = (label: string): boolean => {
  try {
    // Separators must be single bytes, as they are in all encodings but UTF-16.
    return !new TextDecoder(label).encoding.startsWith('utf-16');
  } catch {
    return false;
  }
};

export const fileSettings = z.object({
  path: z.string().default('').meta({
    title: 'File',
    description:
      'A CSV, JSON Lines or Parquet file, also packed as .gz, from the folder of the loop. Left empty, whoever is imported into the loop enters here.',
  }),
  format: choiceField({ auto: 'found by itself', csv: 'CSV', 'json-lines': 'JSON Lines', parquet: 'Parquet' })
    .default('auto')
    .meta({ title: 'Format', description: 'Names of JSON Lines files end in .jsonl or .ndjson.' }),
  header: z
    .boolean()
    .default(true)
    .meta({ title: 'First line', description: 'Whether the first line of a CSV file names the columns.' }),
  names: z.array(z.string().min(1)).optional().meta({
    title: 'Names of the columns',
    description: 'Of a CSV file whose first line does not name them, or names them badly.',
  }),
  key: z.string().min(1).optional().meta({
    title: 'Key',
    description:
      'The column that identifies a customer. Left out: the first column named like an id without repetitions.',
  }),
  identityKind: z
    .string()
    .min(1)
    .default('key')
    .meta({ title: 'Kind of key', description: 'Files whose keys mean the same use the same word here.' }),
  ...mappingFields,
  missing: z
    .array(z.string())
    .default([])
    .meta({ title: 'Missing', description: 'What means no value besides a blank, as NA.' }),
  encoding: z
    .string()
    .refine(isEncoding, 'expected an encoding that separates with single bytes, as utf-8, windows-1252 or iso-8859-15')
    .default('utf-8')
    .meta({ title: 'Encoding', description: 'How the file writes letters, as utf-8 or windows-1252.' }),
  delimiter: choiceField({
    auto: 'found by the header',
    ',': 'comma',
    ';': 'semicolon',
    tab: 'tab',
    '|': 'vertical bar',
    space: 'blanks, any number of them',
  })
    .default('auto')
    .meta({ title: 'Separator', description: 'What stands between two columns.' }),
  decimal: choiceField({ point: '1,234.50', comma: '1.234,50' })
    .default('point')
    .meta({ title: 'Decimal sign', description: 'How the file writes numbers.' }),
  ...reentryFields('never'),
});

export type FileSettings = z.output<typeof fileSettings>;
