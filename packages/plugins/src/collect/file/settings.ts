import { choiceField, z } from '@osicam/engine/plugin';
import { reentryFields } from '../../reentry.ts';

const isEncoding = (label: string): boolean => {
  try {
    // Separators must be single bytes, as they are in all encodings but UTF-16.
    return !new TextDecoder(label).encoding.startsWith('utf-16');
  } catch {
    return false;
  }
};

const column = z.object({
  trait: z
    .union([z.string().min(1), z.literal(false)])
    .optional()
    .meta({ title: 'Trait', description: 'The name of the trait; false: none. Left out: the name of the column.' }),
  type: z
    .enum(['text', 'number', 'boolean', 'date'])
    .optional()
    .meta({ title: 'Type', description: 'Left out: found from the first 1,000 rows.' }),
  identity: z
    .string()
    .min(1)
    .optional()
    .meta({ title: 'Identity', description: 'The kind of identity that the column is, as email.' }),
  consent: z
    .object({
      channel: z.string().min(1).meta({ title: 'Channel', description: 'What it allows, as email or phone.' }),
      purpose: z
        .string()
        .min(1)
        .default('marketing')
        .meta({ title: 'Purpose', description: 'What for, as marketing.' }),
    })
    .optional()
    .meta({
      title: 'Consent',
      description: 'Yes or no in this column is a permission given or refused; a blank is one never asked for.',
    }),
});

export const fileSettings = z.object({
  path: z.string().default('').meta({
    title: 'File',
    description:
      'A CSV or JSON Lines file, from the folder of the loop. Left empty, whoever is imported into the loop enters here.',
  }),
  format: choiceField({ auto: 'by the name of the file', csv: 'CSV', 'json-lines': 'JSON Lines' })
    .default('auto')
    .meta({ title: 'Format', description: 'Names of JSON Lines files end in .jsonl or .ndjson.' }),
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
  map: z
    .record(z.string(), z.union([z.literal('ignore'), column]))
    .default({})
    .meta({ title: 'Columns', description: 'What becomes of a column, by its name; "ignore" leaves it out.' }),
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
  })
    .default('auto')
    .meta({ title: 'Separator', description: 'What stands between two columns.' }),
  decimal: choiceField({ point: '1,234.50', comma: '1.234,50' })
    .default('point')
    .meta({ title: 'Decimal sign', description: 'How the file writes numbers.' }),
  ...reentryFields('never'),
});

export type FileSettings = z.output<typeof fileSettings>;
