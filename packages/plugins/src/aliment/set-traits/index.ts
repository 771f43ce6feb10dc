import type { Json, JsonObject } from '@osicam/engine/plugin';
import { templateField, traitField, writer, z } from '@osicam/engine/plugin';
import type { Scope } from '../../template.ts';
import { render, templateProblems } from '../../template.ts';

const kinds = ['text', 'number', 'boolean', 'date'] as const;

const settings = z.object({
  set: z
    .array(
      z.object({
        trait: traitField().meta({ title: 'Trait', description: 'What to write down, as "lastOffer".' }),
        value: templateField().default('').meta({
          title: 'Value',
          description: 'The value, or a template of it, as {{ customer.name }}. An empty value takes the trait away.',
        }),
        as: z.enum(kinds).default('text').meta({ title: 'Kind', description: 'What the value is.' }),
      }),
    )
    .default([])
    .meta({ title: 'Set', description: 'Traits that are given a value.' }),
  increment: z
    .array(
      z.object({
        trait: traitField().meta({ title: 'Trait', description: 'The number to change, as "offers".' }),
        by: z
          .number()
          .default(1)
          .meta({ title: 'By', description: 'How much is added; a negative number takes away.' }),
      }),
    )
    .default([])
    .meta({ title: 'Count', description: 'Traits that are counted up or down. A missing one counts from 0.' }),
});

const readers: Record<(typeof kinds)[number], (text: string) => Json | undefined> = {
  text: (text) => text,
  number: (text) => (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined),
  boolean: (text) => (/^(true|yes|1)$/i.test(text) ? true : /^(false|no|0)$/i.test(text) ? false : undefined),
  date: (text) => {
    const date = /^\d{4}-\d\d-\d\d(T\S+)?$/.test(text) ? new Date(text) : new Date(Number.NaN);
    if (Number.isNaN(date.getTime()) || (text.length === 10 && !date.toISOString().startsWith(text))) return undefined;
    return text.length === 10 ? text : date.toISOString();
  },
};

function traitsOf({ set, increment }: z.output<typeof settings>, scope: Scope): JsonObject {
  const traits: JsonObject = {};
  for (const { trait, value, as } of set) {
    const text = render(value, scope);
    const read = text.trim() === '' ? null : readers[as](as === 'text' ? text : text.trim());
    if (read === undefined)
      throw new Error(`aliment/set-traits: customer ${scope.customer.id}: ${trait}: expected a ${as}, got "${text}"`);
    traits[trait] = read;
  }
  for (const { trait, by } of increment) {
    const before = traits[trait] ?? scope.customer.traits[trait] ?? 0;
    if (typeof before !== 'number')
      throw new Error(
        `aliment/set-traits: customer ${scope.customer.id}: ${trait}: expected a number to add ${by} to, got ${JSON.stringify(before)}`,
      );
    traits[trait] = before + by;
  }
  return traits;
}

export const setTraits = writer({
  type: 'aliment/set-traits',
  stage: 'aliment',
  title: 'Write down',
  description: 'Writes what the loop has learnt back to the customer: an outcome, a score, a count, a date.',
  settings,
  check: ({ set }) => templateProblems(set.map(({ value }, index) => [['set', index, 'value'], value])),
  handle: ({ batch, settings, now }) => ({
    patches: batch.map((customer) => ({ customer: customer.id, traits: traitsOf(settings, { customer, now }) })),
  }),
});
