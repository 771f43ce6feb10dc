import type { Json, JsonObject } from '@osicam/engine/plugin';
import { channel, durationField, templateField, z } from '@osicam/engine/plugin';
import { render, templateProblems } from '../../template.ts';
import { costField } from '../consent.ts';
import { connect } from './post.ts';

export const webhook = channel({
  type: 'interact/webhook',
  stage: 'interact',
  title: 'Webhook',
  description:
    'Tells another system of each customer by an HTTP request. It is repeated until it is accepted, always with the same ' +
    'key, so that the other side can tell a repetition.',
  settings: z.object({
    url: z
      .url({ protocol: /^https?$/, error: 'expected an address as https://billing.example.com/offers' })
      .meta({ title: 'Address', description: 'Where the request goes.' }),
    event: z
      .string()
      .min(1)
      .max(100)
      .default('customer.reached')
      .meta({ title: 'Type', description: 'What the other system is told has happened.' }),
    fields: z
      .array(
        z.object({
          name: z.string().min(1).max(100).meta({ title: 'Name', description: 'What the other system calls it.' }),
          value: templateField().meta({
            title: 'Value',
            description: 'The value, or a template of it, as {{ customer.plan }}.',
          }),
          as: z
            .enum(['text', 'number', 'boolean'])
            .default('text')
            .meta({ title: 'Kind', description: 'What the value is. One that is not, or is empty, is sent as null.' }),
        }),
      )
      .default([])
      .meta({ title: 'Data', description: 'What is sent, besides the customer’s id.' }),
    timeout: durationField()
      .default('PT10S')
      .meta({ title: 'Time limit', description: 'How long an answer may take.' }),
    cost: costField(),
  }),
  delivery: 'at-least-once',
  concurrency: 20,
  check: ({ fields }) => [
    ...templateProblems(fields.map(({ value }, index) => [['fields', index, 'value'], value])),
    ...fields.flatMap(({ name }, index) =>
      fields.findIndex((field) => field.name === name) < index
        ? [{ path: ['fields', index, 'name'], message: `expected a name that is not there yet, got "${name}" again` }]
        : [],
    ),
  ],
  compose: ({ customer, settings, now, turn, loop }) => {
    const data = settings.fields.map(({ name, value, as }): [string, Json] => {
      const text = render(value, { customer, now, turn, loop });
      return [name, readers[as](text)];
    });
    const body: JsonObject = {
      type: settings.event,
      timestamp: new Date(now).toISOString(),
      data: { customer: customer.id, ...Object.fromEntries(data) },
    };
    return { address: settings.url, body, cost: settings.cost };
  },
  connect,
});

const readers = {
  text: (text: string): Json => (text === '' ? null : text),
  number: (text: string): Json => (text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : null),
  boolean: (text: string): Json =>
    /^(true|yes|1)$/i.test(text.trim()) ? true : /^(false|no|0)$/i.test(text.trim()) ? false : null,
};
