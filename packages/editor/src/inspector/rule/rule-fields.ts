import type { Operator, Rule, RuleGroup } from '@osicam/engine/rule';
import { operatorWords } from '@osicam/engine/rule';
import type { Field, FieldByValue } from 'react-querybuilder';
import type { Fields, Segment } from '../../api/contract.ts';
import { humanise } from '../../ui/format.ts';
import { isGroup } from './tidy-rule.ts';

export interface FieldGroup {
  label: string;
  options: Field[];
}

const pick = (...operators: Operator[]) => operators.map((name) => ({ name, value: name, label: operatorWords[name] }));
const presence: Operator[] = ['null', 'notNull'];
const order: Operator[] = ['<', '<=', '>', '>=', 'between', 'notBetween'];
const text: Operator[] = ['contains', 'beginsWith', 'endsWith', 'doesNotContain', 'doesNotBeginWith', 'doesNotEndWith'];
const window: Operator[] = ['within', 'notWithin'];

export const allOperators = pick('=', '!=', 'in', 'notIn', ...order, ...text, ...window, ...presence);

export const matchModes = [
  { name: 'atLeast', value: 'atLeast', label: 'happened at least' },
  { name: 'atMost', value: 'atMost', label: 'happened at most' },
  { name: 'exactly', value: 'exactly', label: 'happened exactly' },
  { name: 'some', value: 'some', label: 'happened' },
  { name: 'none', value: 'none', label: 'never happened' },
  { name: 'all', value: 'all', label: 'always' },
] as const;

function traitField({ name, type, values }: Fields['traits'][number]): Field {
  const choices = values?.map((value) => ({ name: value, label: value }));
  switch (type) {
    case 'number':
      return {
        name,
        label: name,
        inputType: 'number',
        operators: pick('=', '!=', ...order, 'in', 'notIn', ...presence),
      };
    case 'boolean':
      return {
        name,
        label: name,
        valueEditorType: 'select',
        values: yesNo,
        operators: pick('=', '!=', ...presence),
        defaultValue: true,
      };
    default:
      return {
        name,
        label: name,
        operators: choices?.length ? pick('=', '!=', 'in', 'notIn', ...text, ...presence) : allOperators,
        ...(choices?.length ? { values: choices, valueEditorType: choiceEditor } : {}),
      };
  }
}

const yesNo = [
  { name: 'true', label: 'yes' },
  { name: 'false', label: 'no' },
];

const choiceEditor = (operator: string) =>
  operator === '=' || operator === '!=' ? 'select' : operator === 'in' || operator === 'notIn' ? 'multiselect' : 'text';

const timeField: Field = {
  name: 'time',
  label: 'time',
  operators: pick('within', 'notWithin', '<', '>', 'between'),
  defaultOperator: 'within',
  defaultValue: 'P30D',
};

/** The fields of one event: when it was, and its properties. */
export const eventProperties = (event: Fields['events'][number] | undefined): Field[] => [
  timeField,
  ...(event?.properties ?? []).map((name): Field => ({ name, label: name, operators: allOperators })),
];

const consentField = (channel: string, purpose: string): Field => ({
  name: `$consent.${channel}.${purpose}`,
  label: `${humanise(purpose)} by ${channel}`,
  operators: pick('=', ...presence),
  valueEditorType: 'select',
  values: yesNo,
  defaultValue: true,
});

const segmentField = (id: string, name: string): Field => ({
  name: `$segment.${id}`,
  label: `in ${name}`,
  operators: pick('='),
  valueEditorType: 'select',
  values: yesNo,
  defaultValue: true,
});

const usualConsents = ['email', 'phone', 'sms', 'post'].map((channel) => consentField(channel, 'marketing'));

/** All that a rule over customers can ask, and what this rule asks already though nothing is known of it. */
export function customerFields(fields: Fields, rule: RuleGroup, segments: readonly Segment[]): FieldGroup[] {
  const events = fields.events.map(
    (event): Field => ({
      name: event.type,
      label: event.type,
      matchModes: [...matchModes],
      subproperties: eventProperties(event) as FieldByValue['subproperties'],
    }),
  );
  const traits = fields.traits.filter(({ name }) => !events.some((event) => event.name === name)).map(traitField);
  const groups: FieldGroup[] = [
    { label: 'Traits', options: traits },
    { label: 'Events', options: events },
    { label: 'Segments', options: segments.map(({ id, name }) => segmentField(id, name)) },
    { label: 'Consents', options: [...usualConsents] },
  ];
  const known = new Set(groups.flatMap((group) => group.options.map(({ name }) => name)));
  const others: Field[] = [];
  for (const one of rulesOf(rule)) {
    if (known.has(one.field)) continue;
    known.add(one.field);
    others.push(unknownField(one));
  }
  return [...groups, { label: 'Others', options: others }].filter((group) => group.options.length > 0);
}

export function eventFields(fields: Fields, event: string | undefined, rule: RuleGroup): FieldGroup[] {
  const properties = eventProperties(fields.events.find(({ type }) => type === event));
  const known = new Set(properties.map(({ name }) => name));
  const others = [...new Set(rulesOf(rule).map(({ field }) => field))].filter((field) => !known.has(field));
  return [
    {
      label: event || 'Event',
      options: [...properties, ...others.map((name): Field => ({ name, label: name, operators: allOperators }))],
    },
  ];
}

function unknownField(rule: Rule): Field {
  const { field: name } = rule;
  const [, kind, channel, purpose] = /^\$(consent|segment)\.([^.]+)\.?(.*)$/.exec(name) ?? [];
  if (kind === 'consent') return consentField(channel ?? '', purpose ?? '');
  if (kind === 'segment') return segmentField(channel ?? '', channel ?? '');
  if (!rule.match) return { name, label: name, operators: allOperators };
  const used = isGroup(rule.value) ? rulesOf(rule.value).map(({ field }) => field) : [];
  const properties = [...new Set(used)].filter((field) => field !== 'time');
  return {
    name,
    label: name,
    matchModes: [...matchModes],
    subproperties: eventProperties({ type: name, category: 'contact', properties }) as FieldByValue['subproperties'],
  };
}

const rulesOf = (group: RuleGroup): Rule[] => group.rules.flatMap((rule) => (isGroup(rule) ? rulesOf(rule) : [rule]));
