import { expect, test } from 'vitest';
import { applies, type Condition, prepareSchema } from './prepare-schema.ts';

test('a rule is one field of the form, and knows the event it is about', () => {
  const { schema, uiSchema } = prepareSchema({
    type: 'object',
    properties: {
      event: { type: 'string', format: 'event-type' },
      where: { $ref: '#/$defs/rule', format: 'rule', title: 'Only where' },
    },
    $defs: { rule: { type: 'object' } },
  });
  expect(schema.properties?.['where']).toEqual({
    type: 'object',
    format: 'rule',
    title: 'Only where',
    additionalProperties: true,
  });
  expect(uiSchema['where']).toEqual({ 'ui:field': 'rule', 'ui:options': { eventFrom: 'event' } });
});

test('a property without a title is titled by its name', () => {
  const { schema } = prepareSchema({ type: 'object', properties: { valueProperty: { type: 'string' } } });
  expect(schema.properties?.['valueProperty']).toMatchObject({ title: 'Value property' });
});

test('each format has its control, inside lists too', () => {
  const { uiSchema } = prepareSchema({
    type: 'object',
    properties: {
      steps: {
        type: 'array',
        items: { type: 'object', properties: { after: { type: 'string', format: 'duration' } } },
      },
    },
  });
  expect(uiSchema['steps']).toEqual({ items: { after: { 'ui:widget': 'duration' } } });
});

test('the branches of a union are named by what tells them apart', () => {
  const { schema } = prepareSchema({
    type: 'object',
    properties: {
      map: {
        anyOf: [
          { type: 'string', const: 'ignore' },
          { type: 'object', properties: { kind: { const: 'fixed' } } },
          { type: 'number' },
        ],
      },
    },
  });
  const map = schema.properties?.['map'] as { anyOf: { title: string }[] };
  expect(map.anyOf.map((option) => option.title)).toEqual(['ignore', 'Fixed', 'Number']);
});

test('a choice is offered in words, and what a setting is while it is left out stands in its place', () => {
  const { uiSchema } = prepareSchema({
    type: 'object',
    properties: {
      again: { type: 'string', enum: ['never', 'after'], titles: { never: 'never', after: 'some time later' } },
      zone: { type: 'string', format: 'time-zone', unset: "the customer's own" },
    },
  });
  expect(uiSchema['again']).toEqual({ 'ui:enumNames': { never: 'never', after: 'some time later' } });
  expect(uiSchema['zone']).toEqual({ 'ui:widget': 'timeZone', 'ui:placeholder': "the customer's own" });
});

test('a setting that means something only beside a value of another applies only then, by default too', () => {
  const { uiSchema } = prepareSchema({
    type: 'object',
    properties: {
      again: { type: 'string', enum: ['never', 'after'], default: 'never' },
      after: { type: 'string', format: 'duration', onlyWith: { again: ['after'] } },
    },
  });
  const conditions = uiSchema['after']?.['ui:options']?.['onlyWith'] as Condition[];
  expect(applies(conditions, {})).toBe(false);
  expect(applies(conditions, { again: 'after' })).toBe(true);
});

test('the items of a plain list have no title of their own', () => {
  const { uiSchema } = prepareSchema({
    type: 'object',
    properties: { blocked: { type: 'array', items: { type: 'string' } } },
  });
  expect(uiSchema['blocked']).toEqual({ items: { 'ui:label': false } });
});
