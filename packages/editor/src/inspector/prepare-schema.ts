import type { RJSFSchema, UiSchema } from '@rjsf/utils';
import type { JsonObject } from '../api/contract.ts';
import { humanise } from '../ui/format.ts';
import { emptyRule } from './rule/tidy-rule.ts';

/** Which control draws a format. A format that is not named here is drawn as its type says. */
const widgets: Record<string, string> = {
  duration: 'duration',
  'calendar-duration': 'calendarDuration',
  'calendar-duration-or-none': 'calendarDurationOrNone',
  'time-of-day': 'timeOfDay',
  'time-zone': 'timeZone',
  weekdays: 'weekdays',
  cron: 'cron',
  liquid: 'liquid',
  'liquid-text': 'liquidText',
  'event-type': 'eventType',
  'event-property': 'eventProperty',
  trait: 'trait',
  'segment-id': 'segment',
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
  const { titles, unset, onlyWith: _onlyWith, ...result } = titled;
  const ui: Any = {
    ...(widget ? { 'ui:widget': widget } : {}),
    ...(isObject(titles) ? { 'ui:enumNames': titles } : {}),
    ...(typeof unset === 'string' ? { 'ui:placeholder': unset } : {}),
  };
  if (isObject(schema['properties'])) {
    const must = Array.isArray(schema['required']) ? (schema['required'] as unknown[]) : [];
    const event = Object.entries(schema['properties']).find(
      ([, child]) => isObject(child) && child['format'] === 'event-type',
    )?.[0];
    const children = Object.entries(schema['properties']).map(
      ([key, child]) =>
        [key, prepare(child as Any, { name: key, eventFrom: event, required: must.includes(key) })] as const,
    );
    for (const [key, child] of children) {
      const onlyWith = conditions(schema['properties'], key);
      if (onlyWith) child.ui['ui:options'] = { ...(child.ui['ui:options'] as Any | undefined), onlyWith };
    }
    result['properties'] = Object.fromEntries(children.map(([key, child]) => [key, child.schema]));
    for (const [key, child] of children) if (Object.keys(child.ui).length > 0) ui[key] = child.ui;
  }
  if (isObject(schema['items'])) {
    const items = prepare(schema['items']);
    result['items'] = items.schema;
    // An item of a plain list says nothing that the list's own title does not.
    ui['items'] = isObject(items.schema['properties']) ? items.ui : { ...items.ui, 'ui:label': false };
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

/** That a setting means something only while the one beside it has one of these values. */
export interface Condition {
  beside: string;
  values: readonly unknown[];
  /** What the one beside it is while nobody has set it. */
  otherwise: unknown;
}

function conditions(properties: Any, key: string): Condition[] | undefined {
  const property = properties[key];
  if (!isObject(property) || !isObject(property['onlyWith'])) return undefined;
  return Object.entries(property['onlyWith']).map(([beside, values]) => ({
    beside,
    values: values as unknown[],
    otherwise: (properties[beside] as Any | undefined)?.['default'],
  }));
}

/** Whether a setting means something beside the others of its node. */
export const applies = (conditions: readonly Condition[], settings: Any): boolean =>
  conditions.every(({ beside, values, otherwise }) => values.includes(settings[beside] ?? otherwise));

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
