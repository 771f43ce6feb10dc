import type { MatchMode } from '@osicam/engine/rule';
import type { Field, FieldByValue } from 'react-querybuilder';
import { humanise } from '../../ui/format.ts';
import { allOperators, type FieldGroup, instantField, pick, yesNo } from './field-parts.ts';

/* The fields that the engine gives a meaning, each by its name: see the rule format. */

const isSo = (name: string, label: string): Field => ({
  name,
  label,
  operators: pick('='),
  valueEditorType: 'select',
  values: yesNo,
  defaultValue: true,
});

export const segmentField = (id: string, name: string): Field => isSo(`$segment.${id}`, `in ${name}`);
export const listField = (id: string, name: string): Field => isSo(`$list.${id}`, `on the list ${name}`);

export const consentField = (channel: string, purpose: string): Field => ({
  ...isSo(`$consent.${channel}.${purpose}`, `${humanise(purpose)} by ${channel}`),
  operators: pick('=', 'null', 'notNull'),
});

export const shareField = (name: string): Field => ({
  name: `$share.${name}`,
  label: `random share “${name}”, of 100`,
  inputType: 'number',
  operators: pick('<', '>=', 'between'),
  defaultOperator: '<',
  defaultValue: 10,
});

const counted = (some: string, atLeast: string, atMost: string, exactly: string, none: string) =>
  Object.entries({ some, none, atLeast, atMost, exactly }).map(([name, label]) => ({
    name: name as MatchMode,
    value: name as MatchMode,
    label,
  }));

/** How often a trait has changed, from what to what, and when. */
export const changedField = (trait: string, label = trait): Field => ({
  name: `$changed.${trait}`,
  label: `change of ${label}`,
  matchModes: counted('changed', 'changed at least', 'changed at most', 'changed exactly', 'never changed'),
  subproperties: [
    instantField('time', 'time'),
    { name: 'from', label: 'from', operators: allOperators },
    { name: 'to', label: 'to', operators: allOperators },
    { name: 'source', label: 'by whom', operators: allOperators },
  ] as FieldByValue['subproperties'],
});

/** The other customers who share a group: somebody in the household, a colleague. */
export const relatedField = (kind: string, ofCustomers: readonly FieldGroup[]): Field => ({
  name: `$related.${kind}`,
  label: `others in the same ${kind}`,
  matchModes: counted('there is one', 'at least', 'at most', 'exactly', 'there is none'),
  subproperties: ofCustomers as unknown as FieldByValue['subproperties'],
});

/** The groups themselves, by what is known of them. */
export const groupField = ({ kind, traits }: { kind: string; traits: readonly string[] }): Field => ({
  name: `$group.${kind}`,
  label: `the ${kind} itself`,
  matchModes: counted('has one', 'has at least', 'has at most', 'has exactly', 'has none'),
  subproperties: [
    instantField('since', 'belongs to it since'),
    ...traits.map((name): Field => ({ name, label: name, operators: allOperators })),
  ] as FieldByValue['subproperties'],
});
