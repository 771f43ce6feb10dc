import type { Rule, RuleGroup } from '@osicam/engine/rule';
import type { Field, FieldByValue } from 'react-querybuilder';
import type { Fields } from '../../api/contract.ts';
import type { Segment, StaticList } from '../../api/segments.ts';
import {
  allOperators,
  eventProperties,
  type FieldGroup,
  numberOperators,
  pick,
  presence,
  text,
  yesNo,
} from './field-parts.ts';
import { figureField, figureName } from './figure.ts';
import {
  changedField,
  consentField,
  groupField,
  listField,
  relatedField,
  segmentField,
  shareField,
} from './special-fields.ts';
import { isGroup } from './tidy-rule.ts';

/** What there is to be asked beside the fields themselves. */
export interface Named {
  segments: readonly Pick<Segment, 'id' | 'name'>[];
  lists: readonly Pick<StaticList, 'id' | 'name'>[];
}

const matchModes = [
  { name: 'atLeast', value: 'atLeast', label: 'happened at least' },
  { name: 'atMost', value: 'atMost', label: 'happened at most' },
  { name: 'exactly', value: 'exactly', label: 'happened exactly' },
  { name: 'some', value: 'some', label: 'happened' },
  { name: 'none', value: 'none', label: 'never happened' },
  { name: 'all', value: 'all', label: 'always' },
] as const;

function traitField({ name, type, values, label = name }: Fields['traits'][number]): Field {
  const choices = values?.map((value) => ({ name: value, label: value }));
  switch (type) {
    case 'number':
      return { name, label, inputType: 'number', operators: numberOperators };
    case 'boolean':
      return {
        name,
        label,
        valueEditorType: 'select',
        values: yesNo,
        operators: pick('=', '!=', ...presence),
        defaultValue: true,
      };
    case 'instant':
      return {
        name,
        label,
        operators: pick('within', 'notWithin', '<', '>', 'between', ...presence),
        defaultOperator: 'within',
        defaultValue: 'P30D',
      };
    default:
      return {
        name,
        label,
        operators: choices?.length ? pick('=', '!=', 'in', 'notIn', ...text, ...presence) : allOperators,
        ...(choices?.length ? { values: choices, valueEditorType: choiceEditor } : {}),
      };
  }
}

const choiceEditor = (operator: string) =>
  operator === '=' || operator === '!=' ? 'select' : operator === 'in' || operator === 'notIn' ? 'multiselect' : 'text';

const usualConsents = ['email', 'phone', 'sms', 'post'].map((channel) => consentField(channel, 'marketing'));
/** Of what several customers share, when nothing is known of groups yet. */
const usualGroups: NonNullable<Fields['groups']> = ['household', 'account', 'employer'].map((kind) => ({
  kind,
  traits: [],
}));

/** All that a rule over customers can ask, and what this rule asks already though nothing is known of it. */
export function customerFields(fields: Fields, rule: RuleGroup, named: Named): FieldGroup[] {
  const plain = plainFields(fields, named);
  const kinds = fields.groups?.length ? fields.groups : usualGroups;
  const groups: FieldGroup[] = [
    ...plain,
    { label: 'Changes of traits', options: fields.traits.map(({ name, label }) => changedField(name, label)) },
    {
      label: 'Relationships',
      options: kinds.flatMap((group) => [relatedField(group.kind, plain), groupField(group)]),
    },
    { label: 'Chance', options: [shareField('sample')] },
  ];
  const known = new Set(groups.flatMap((group) => group.options.map(({ name }) => name)));
  const others: Field[] = [];
  for (const one of rulesOf(rule)) {
    const name = one.measure ? figureName(one.field) : one.field;
    if (known.has(name)) continue;
    known.add(name);
    others.push(unknownField(one, plain));
  }
  return [...groups, { label: 'Others', options: others }].filter((group) => group.options.length > 0);
}

/** What can be asked of any customer, those whom another one is related to among them. */
function plainFields(fields: Fields, { segments, lists }: Named): FieldGroup[] {
  const events = fields.events.map(
    (event): Field => ({
      name: event.type,
      label: event.label ?? event.type,
      matchModes: [...matchModes],
      subproperties: eventProperties(event) as FieldByValue['subproperties'],
    }),
  );
  const traits = fields.traits.filter(({ name }) => !events.some((event) => event.name === name)).map(traitField);
  return [
    { label: 'Traits', options: traits },
    { label: 'Events', options: events },
    { label: 'Figures of events', options: fields.events.map(figureField) },
    { label: 'Segments', options: segments.map(({ id, name }) => segmentField(id, name)) },
    { label: 'Lists', options: lists.map(({ id, name }) => listField(id, name)) },
    { label: 'Consents', options: [...usualConsents] },
  ].filter((group) => group.options.length > 0);
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

function unknownField(rule: Rule, plain: FieldGroup[]): Field {
  const { field: name } = rule;
  const [, kind, first = '', rest = ''] = /^\$([a-z]+)\.([^.]+)\.?(.*)$/.exec(name) ?? [];
  const tail = rest ? `${first}.${rest}` : first;
  if (kind === 'consent') return consentField(first, rest);
  if (kind === 'segment') return segmentField(tail, tail);
  if (kind === 'list') return listField(tail, tail);
  if (kind === 'share') return shareField(tail);
  if (kind === 'changed') return changedField(tail);
  if (kind === 'related') return relatedField(tail, plain);
  if (kind === 'group') return groupField({ kind: tail, traits: fieldsAsked(rule) });
  if (rule.measure)
    return figureField({ type: name, properties: rule.measure.property ? [rule.measure.property] : [] });
  if (!rule.match) return { name, label: name, operators: allOperators };
  return {
    name,
    label: name,
    matchModes: [...matchModes],
    subproperties: eventProperties({ properties: fieldsAsked(rule) }) as FieldByValue['subproperties'],
  };
}

/** The properties that a rule over events or groups asks of them, without their instants. */
const fieldsAsked = ({ value }: Rule): string[] =>
  [...new Set(isGroup(value) ? rulesOf(value).map(({ field }) => field) : [])].filter(
    (field) => field !== 'time' && field !== 'since',
  );

const rulesOf = (group: RuleGroup): Rule[] => group.rules.flatMap((rule) => (isGroup(rule) ? rulesOf(rule) : [rule]));
