import { calendarDurationField, durationField, mappingFields, z } from '@osicam/engine/plugin';
import { reentryFields } from '../../reentry.ts';

const column = z.string().min(1).max(200);

export const tableSettings = z.object({
  connection: z.string().default('').meta({
    title: 'Connection',
    description: 'The database, by its name among the connections in osicam.config.json. Left empty, nothing is read.',
  }),
  table: z
    .string()
    .max(300)
    .optional()
    .meta({ title: 'Table', description: 'As orders or sales.orders. Or a query, below.' }),
  query: z.string().max(20_000).optional().meta({
    title: 'Query',
    description: 'A SELECT in the words of that database, instead of a table.',
    format: 'sql',
  }),
  cursor: column.default('').meta({
    title: 'Cursor',
    description:
      'The column that grows with every row that is new or has changed, as updated_at or id: what lies behind it has been read.',
  }),
  rowKey: z.array(column).default([]).meta({
    title: 'Key of a row',
    description: 'The columns that no two rows share. Left out: the primary key of the table. A query needs it.',
  }),
  every: durationField()
    .default('PT1M')
    .meta({ title: 'Every', description: 'How often new rows are looked for, as PT1M.' }),
  delay: calendarDurationField({ orNone: true }).default('P0D').meta({
    title: 'Delay',
    description:
      'Rows whose cursor is an instant younger than this are left for the next time: where transactions take long, a row may appear behind one that was read.',
  }),
  key: column.optional().meta({
    title: 'Customer’s column',
    description:
      'The column that identifies a customer. Left out: the key of the row, where rows do not tell of events.',
  }),
  identityKind: z
    .string()
    .min(1)
    .default('key')
    .meta({ title: 'Kind of key', description: 'Sources whose keys mean the same use the same word here.' }),
  ...mappingFields,
  ...reentryFields('never'),
});

export type TableSettings = z.output<typeof tableSettings>;
