import { Button, Group, NumberInput, Select, TextInput } from '@mantine/core';
import type { MeasureFunction, Operator, RuleGroup } from '@osicam/engine/rule';
import { IconFilter, IconX } from '@tabler/icons-react';
import type { ComponentType } from 'react';
import { DurationInput } from '../DurationInput.tsx';
import type { Figure } from './figure.ts';
import { allOperators, numberOperators, pick } from './field-parts.ts';
import { emptyRule } from './tidy-rule.ts';

export type EventRowsType = ComponentType<{
  properties: readonly string[];
  rule: RuleGroup;
  onChange: (rule: RuleGroup) => void;
}>;

interface Props {
  figure: Figure;
  properties: readonly string[];
  onChange: (figure: Figure) => void;
  /** Conditions on the events; handed in, because they are made of the same rows that this stands in. */
  EventRows: EventRowsType | undefined;
}

const functions: { value: MeasureFunction; label: string }[] = [
  { value: 'count', label: 'number of events' },
  { value: 'sum', label: 'sum of' },
  { value: 'average', label: 'average of' },
  { value: 'min', label: 'smallest' },
  { value: 'max', label: 'largest' },
  { value: 'first', label: 'in the first,' },
  { value: 'last', label: 'in the last,' },
];

/** What an event's figure is, and what it is compared with: sum of total · is at least · 100. */
export function FigureEditor({ figure, properties, onChange, EventRows }: Props) {
  const picked = figure.function === 'first' || figure.function === 'last';
  const choices = [
    ...(picked || figure.function === 'min' || figure.function === 'max' ? ['time'] : []),
    ...properties,
  ];
  if (figure.property && !choices.includes(figure.property)) choices.push(figure.property);
  const isTime = figure.property === 'time' && figure.function !== 'count';
  const operators = isTime ? instants : picked ? allOperators : figure.function === 'count' ? counts : numberOperators;
  const isWindow = figure.operator === 'within' || figure.operator === 'notWithin';
  const valueless = figure.operator === 'null' || figure.operator === 'notNull';
  return (
    <>
      <Select
        size="xs"
        w={136}
        aria-label="Which figure"
        data={functions}
        value={figure.function}
        allowDeselect={false}
        onChange={(to) => to && onChange(withFunction(figure, to as MeasureFunction, properties))}
      />
      {figure.function !== 'count' && (
        <Select
          size="xs"
          w={132}
          searchable
          aria-label="Of what"
          placeholder="Which property"
          data={choices.map((name) => ({ value: name, label: name }))}
          value={figure.property ?? null}
          allowDeselect={false}
          nothingFoundMessage="No such property"
          onChange={(to) => to && onChange(withProperty(figure, to))}
        />
      )}
      <Select
        size="xs"
        w={146}
        aria-label="How it is compared"
        data={operators.map(({ name, label }) => ({ value: name, label }))}
        value={figure.operator}
        allowDeselect={false}
        onChange={(to) => to && onChange(withOperator(figure, to as Operator))}
      />
      {valueless ? null : isWindow ? (
        <div style={{ width: 190 }}>
          <DurationInput
            value={typeof figure.value === 'string' && figure.value.startsWith('P') ? figure.value : ''}
            onChange={(value) => onChange({ ...figure, value })}
          />
        </div>
      ) : picked || figure.operator === 'between' || figure.operator === 'notBetween' ? (
        <TextInput
          size="xs"
          w={150}
          aria-label="Value"
          placeholder={figure.operator.endsWith('etween') ? '10, 20' : ''}
          value={Array.isArray(figure.value) ? figure.value.join(', ') : String(figure.value ?? '')}
          onChange={(event) => onChange({ ...figure, value: event.currentTarget.value })}
        />
      ) : (
        <NumberInput
          size="xs"
          w={100}
          aria-label="Value"
          value={typeof figure.value === 'number' || typeof figure.value === 'string' ? figure.value : ''}
          onChange={(value) => onChange({ ...figure, value })}
        />
      )}
      {EventRows && (
        <Button
          size="compact-xs"
          variant="subtle"
          leftSection={figure.where ? <IconX size={13} /> : <IconFilter size={13} />}
          onClick={() => onChange(figure.where ? without(figure) : { ...figure, where: emptyRule })}
        >
          {figure.where ? 'of all events' : 'only of some'}
        </Button>
      )}
      {EventRows && figure.where && (
        <Group w="100%" className="figure-where">
          <EventRows properties={properties} rule={figure.where} onChange={(where) => onChange({ ...figure, where })} />
        </Group>
      )}
    </>
  );
}

const instants = pick('within', 'notWithin', '<', '>', 'null', 'notNull');
const counts = pick('=', '!=', '<', '<=', '>', '>=', 'between', 'notBetween');

function without({ ...figure }: Figure): Figure {
  delete figure.where;
  return figure;
}

function withFunction(figure: Figure, to: MeasureFunction, properties: readonly string[]): Figure {
  const next: Figure = { ...figure, function: to };
  if (to === 'count') {
    delete next.property;
    return isOneOf(counts, next.operator) ? next : { ...next, operator: '>=', value: 1 };
  }
  const mayBeTime = to !== 'sum' && to !== 'average';
  const property = next.property ?? (mayBeTime ? 'time' : properties[0]);
  if (property === undefined) return next;
  return withProperty({ ...next, property }, property === 'time' && !mayBeTime ? (properties[0] ?? '') : property);
}

function withProperty(figure: Figure, property: string): Figure {
  const next = { ...figure, property };
  if (property === 'time')
    return isOneOf(instants, next.operator) ? next : { ...next, operator: 'within', value: 'P30D' };
  return next.operator === 'within' || next.operator === 'notWithin' ? { ...next, operator: '>=', value: 1 } : next;
}

function withOperator(figure: Figure, operator: Operator): Figure {
  const isWindow = operator === 'within' || operator === 'notWithin';
  const wasWindow = figure.operator === 'within' || figure.operator === 'notWithin';
  return { ...figure, operator, ...(isWindow === wasWindow ? {} : { value: isWindow ? 'P30D' : '' }) };
}

const isOneOf = (choices: readonly { name: string }[], operator: Operator) =>
  choices.some(({ name }) => name === operator);
