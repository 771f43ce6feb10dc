import { join } from 'node:path';
import type { JsonObject } from '@osicam/engine/plugin';
import { channel, choiceField, traitField, z } from '@osicam/engine/plugin';
import { AppendFiles, expectNoConfiguration } from '../../append-file.ts';

export const exportFile = channel({
  type: 'aliment/export',
  stage: 'aliment',
  title: 'Export to a file',
  description: 'Writes chosen traits of each customer to a file for another system, one row a customer and passage.',
  settings: z.object({
    file: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/, 'expected letters, digits, hyphens and underscores, as renewals')
      .default('export')
      .meta({ title: 'File', description: 'The name of the file, without its ending.' }),
    format: choiceField({ csv: 'CSV', ndjson: 'JSON Lines' }).default('csv').meta({
      title: 'Format',
      description: 'CSV is for spreadsheets and most systems; JSON Lines has a JSON object a line.',
    }),
    traits: z
      .array(traitField())
      .default(['name', 'email', 'phone'])
      .meta({ title: 'Columns', description: 'The traits to write, in this order.' }),
  }),
  delivery: 'at-least-once',
  concurrency: 500,
  check: ({ traits }) =>
    traits.flatMap((trait, index) =>
      ['key', 'customer', 'time', ...traits.slice(0, index)].includes(trait)
        ? [{ path: ['traits', index], message: `expected a column that is not there yet, got "${trait}" again` }]
        : [],
    ),
  compose: ({ customer, settings, now }) => {
    const chosen = settings.traits.map((trait) => [trait, customer.traits[trait] ?? null]);
    const body: JsonObject = {
      ...Object.fromEntries(chosen),
      customer: customer.id,
      time: new Date(now).toISOString(),
    };
    return { address: `${settings.file}.${settings.format}`, body };
  },
  connect: ({ config, folder }) => {
    expectNoConfiguration('aliment/export', config);
    const files = new AppendFiles();
    return {
      deliver: ({ key, address, body }, { settings: { format, traits } }) =>
        files.append(join(folder, address), format, ['customer', 'time', ...traits], key, body),
      close: () => files.close(),
    };
  },
});
