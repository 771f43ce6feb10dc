import type { RJSFSchema, UiSchema } from '@rjsf/utils';
import type { JsonObject } from '../api/contract.ts';
import { humanise } from '../ui/format.ts';
import { emptyRule } from './rule/tidy-rule.ts';

/** Which control draws a format. A format that is not named here is drawn as its type says. */
const widgets: Record<string, string> = {
  duration: 'duration',
  liquid: 'liquid',
  'liquid-text': 'liquidText',
  'event-type': 'eventType',
  trait: 'trait',
  'node-id': 'nodeId',
  port: 'text',
};

type Any = Record<string, unknown>;
const isObject = (value: unknown): value is Any => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * A node type's JSON Schema as the form wants it: every property has a title, a rule is one field rather than a recursive
 * schema, and each format has its control.
 */
export function prepareSchema(settings: JsonObject): { schema: RJSFSchema; uiSchema: UiSchema } {
  const { schema, ui } = prepare(settings as Any);
  const { $schema: _, ...rest } = schema;
  return { schema: rest as RJSFSchema, uiSchema: { ...ui, 'ui:submitButtonOptions': { norender: true } } as UiSchema };
}

interface Place {
  name?: string;
  /** The property beside it that names the event that a rule is about. */
  eventFrom?: string | undefined;
  required?: boolean;
}

function prepare(schema: Any, { name, eventFrom, required: needed }: Place = {}): { schema: Any; ui: Any } {
  const titled: Any =
    name === undefined || typeof schema['title'] === 'string' ? schema : { ...schema, title: humanise(name) };
  if (schema['format'] === 'rule') {
    // One that may be left out gets no default: an empty group would make a rule of it.
    const { $ref: _ref, properties: _properties, required: _required, default: _default, ...rest } = titled;
    return {
      schema: { ...rest, type: 'object', additionalProperties: true, ...(needed ? { default: emptyRule } : {}) },
      ui: { 'ui:field': 'rule', 'ui:options': { eventFrom } },
    };
  }
  const widget = widgets[String(schema['format'])];
  const ui: Any = widget ? { 'ui:widget': widget } : {};
  const result: Any = { ...titled };
  if (isObject(schema['properties'])) {
    const must = Array.isArray(schema['required']) ? (schema['required'] as unknown[]) : [];
    const event = Object.entries(schema['properties']).find(
      ([, child]) => isObject(child) && child['format'] === 'event-type',
    )?.[0];
    const children = Object.entries(schema['properties']).map(
      ([key, child]) =>
        [key, prepare(child as Any, { name: key, eventFrom: event, required: must.includes(key) })] as const,
    );
    result['properties'] = Object.fromEntries(children.map(([key, child]) => [key, child.schema]));
    for (const [key, child] of children) if (Object.keys(child.ui).length > 0) ui[key] = child.ui;
  }
  if (isObject(schema['items'])) {
    const items = prepare(schema['items']);
    result['items'] = items.schema;
    ui['items'] = items.ui;
  }
  if (isObject(schema['additionalProperties'])) {
    const values = prepare(schema['additionalProperties']);
    result['additionalProperties'] = values.schema;
    ui['additionalProperties'] = values.ui;
  }
  for (const key of ['anyOf', 'oneOf'])
    if (Array.isArray(schema[key])) {
      const options = schema[key].map((option) => prepare(option as Any));
      result[key] = options.map((option) => ({ ...option.schema, title: optionTitle(option.schema) }));
      if (options.some((option) => Object.keys(option.ui).length > 0)) ui[key] = options.map((option) => option.ui);
    }
  return { schema: result, ui };
}

function optionTitle(option: Any): string {
  if (typeof option['title'] === 'string') return option['title'];
  if ('const' in option) return option['const'] === false ? 'none' : String(option['const']);
  // A union of objects tells them apart by a constant, as { kind: "fixed" }.
  if (isObject(option['properties'])) {
    const constant = Object.values(option['properties']).find(
      (property) => isObject(property) && 'const' in property,
    ) as Any | undefined;
    if (constant) return humanise(String(constant['const']));
    return 'Details';
  }
  return humanise(String(option['type'] ?? 'value'));
}
