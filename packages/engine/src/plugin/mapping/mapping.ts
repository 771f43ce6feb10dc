import { z } from 'zod';
import { categories } from '../../loop/loop.ts';
import { isZone } from '../calendar.ts';
import { isDateFormat } from './read-date.ts';
import { currencyDigits, valueTypes } from './read-value.ts';

/*
 * What becomes of what another system tells, said as data: columns of a file or a table, or paths into a JSON payload, to
 * identities, traits, events, consents and relationships. Sources take it into their settings by `mappingFields`.
 */

const shown = (input: unknown): string => JSON.stringify(input)?.slice(0, 100) ?? String(input);

const currency = z.string().refine(
  (code) => {
    try {
      return /^[A-Z]{3}$/.test(code) && currencyDigits(code) >= 0;
    } catch {
      return false;
    }
  },
  { error: ({ input }) => `expected a currency by ISO 4217, as EUR, got ${shown(input)}` },
);

const reading = {
  type: z.enum(valueTypes).optional().meta({
    title: 'Type',
    description: 'Left out: found from the first 1,000 rows. Money becomes whole minor units.',
  }),
  format: z
    .string()
    .refine(isDateFormat, {
      error: ({ input }) =>
        `expected how dates are written, as dd.MM.yyyy, yyyyMMdd, seconds or milliseconds, got ${shown(input)}`,
    })
    .optional()
    .meta({ title: 'Form of dates', description: 'As dd.MM.yyyy or yyyyMMdd; ISO 8601 unless told.' }),
  zone: z
    .string()
    .refine(isZone, { error: ({ input }) => `expected the name of a time zone, as Europe/Berlin, got ${shown(input)}` })
    .optional()
    .meta({ title: 'Time zone', description: 'Where dates are from that name none; UTC unless told.' }),
  currency: currency.optional().meta({ title: 'Currency', description: 'Of money, as EUR.' }),
};

const needsCurrency = (
  { type, currency }: { type?: string | undefined; currency?: string | undefined },
  context: z.RefinementCtx,
) => {
  if (type === 'money' && currency === undefined)
    context.addIssue({ code: 'custom', path: ['currency'], message: 'expected the currency of the money, as EUR' });
};

const name = z.string().min(1).max(500);

/** What a column becomes. */
export const columnMapping = z
  .strictObject({
    trait: z
      .union([name, z.literal(false)])
      .optional()
      .meta({ title: 'Trait', description: 'The name of the trait; false: none. Left out: the name of the column.' }),
    ...reading,
    identity: name
      .optional()
      .meta({ title: 'Identity', description: 'The kind of identity that the column is, as email.' }),
    consent: z
      .strictObject({
        channel: name.meta({ title: 'Channel', description: 'What it allows, as email or phone.' }),
        purpose: name.default('marketing').meta({ title: 'Purpose', description: 'What for, as marketing.' }),
      })
      .optional()
      .meta({
        title: 'Consent',
        description: 'Yes or no in this column is a permission given or refused; a blank is one never asked for.',
      }),
  })
  .superRefine(needsCurrency);
export type ColumnMapping = z.output<typeof columnMapping>;

const fromColumn = z.strictObject({ column: name, ...reading }).superRefine(needsCurrency);
const constant = z.strictObject({ value: z.json() });

/** Where a value comes from: the name of a column, the same with how it is written, or a value that is the same in all rows. */
const valueMapping = z.union([name, fromColumn, constant], {
  error: ({ input }) =>
    `expected the name of a column, { "column": … } with how it is written, or { "value": … }, got ${shown(input)}`,
});
export type ValueMapping = z.output<typeof valueMapping>;

export const eventMapping = z.strictObject({
  type: z
    .union([name, fromColumn], {
      error: ({ input }) =>
        `expected the event type, or { "column": … } for the column that names it, got ${shown(input)}`,
    })
    .meta({ title: 'Type', description: 'As order; or the column that names it.' }),
  category: z.enum(categories).optional().meta({ title: 'Category', description: 'Left out: found by the type.' }),
  time: valueMapping.optional().meta({ title: 'Time', description: 'When it happened. Left out: when it is read.' }),
  properties: z
    .record(name, valueMapping)
    .default({})
    .meta({ title: 'Properties', description: 'What the event says, by the names of its properties.' }),
  messageId: z
    .union([name, fromColumn, constant, z.strictObject({ columns: z.array(name).min(1) })], {
      error: ({ input }) => `expected the name of a column, or { "columns": [ … ] }, got ${shown(input)}`,
    })
    .optional()
    .meta({
      title: 'Message id',
      description:
        'The column, or columns, that make it this event and no other. Left out: all that stands in its row, so that reading it twice stores it once.',
    }),
  optional: z.boolean().default(false).meta({
    title: 'Optional',
    description: 'A row without a time, or without a type, has no such event. Otherwise it is refused.',
  }),
});
export type EventMapping = z.output<typeof eventMapping>;

export const consentMapping = z.strictObject({
  channel: name.meta({ title: 'Channel', description: 'What it allows, as email or phone.' }),
  purpose: name.default('marketing').meta({ title: 'Purpose', description: 'What for, as marketing.' }),
  granted: valueMapping.meta({ title: 'Given', description: 'Yes or no; a blank is one never asked for.' }),
  at: valueMapping
    .optional()
    .meta({ title: 'Since when', description: 'When it was given or refused. Left out: when it is read.' }),
  source: name.optional().meta({ title: 'Source', description: 'Left out: the column that says yes or no.' }),
  proof: valueMapping.optional().meta({ title: 'Proof', description: 'The form, mail or call that proves it.' }),
  textVersion: valueMapping
    .optional()
    .meta({ title: 'Version of the text', description: 'The version of the wording that was agreed to.' }),
});
export type ConsentMapping = z.output<typeof consentMapping>;

export const relationshipMapping = z.strictObject({
  kind: name.meta({ title: 'Kind', description: 'As household, account or employer.' }),
  key: valueMapping.meta({
    title: 'Key',
    description: 'What the group is known by; a row without it has no such relationship.',
  }),
  from: valueMapping
    .optional()
    .meta({ title: 'From', description: 'Since when it belongs to the group. Left out: from now on.' }),
  to: valueMapping.optional().meta({ title: 'To', description: 'Until when, where that is over.' }),
  traits: z
    .record(name, valueMapping)
    .default({})
    .meta({ title: 'Traits of the group', description: 'What is known of the group itself, by name.' }),
});
export type RelationshipMapping = z.output<typeof relationshipMapping>;

/** The settings of a source that say what becomes of its columns. */
export const mappingFields = {
  columns: z
    .record(
      z.string(),
      z.union([z.literal('ignore'), columnMapping], {
        error: (issue) =>
          typeof issue.input === 'object'
            ? undefined
            : `expected "ignore" or what the column becomes, as { "trait": "city" }, got ${shown(issue.input)}`,
      }),
    )
    .default({})
    .meta({ title: 'Columns', description: 'What becomes of a column, by its name; "ignore" leaves it out.' }),
  rest: z
    .enum(['trait', 'property', 'ignore'])
    .default('trait')
    .meta({
      title: 'Other columns',
      titles: { trait: 'are traits', property: 'are properties of the events', ignore: 'are left out' },
      description: 'What becomes of columns that nothing else names.',
    }),
  events: z.array(eventMapping).default([]).meta({ title: 'Events', description: 'What each row says that happened.' }),
  consents: z
    .array(consentMapping)
    .default([])
    .meta({ title: 'Consents', description: 'Permissions with their time and proof.' }),
  relationships: z
    .array(relationshipMapping)
    .default([])
    .meta({ title: 'Relationships', description: 'The household, account or employer that a row names.' }),
};
export const mappingSchema = z.object(mappingFields);
export type Mapping = z.output<typeof mappingSchema>;
