import { Group, NumberInput, Select, TextInput } from '@mantine/core';
import { type Unit, readDuration, units, writeDuration } from './duration.ts';

interface Props {
  value: string;
  onChange: (value: string) => void;
  id?: string;
  label?: string;
  disabled?: boolean;
  /** Whether months and years may be chosen. */
  calendar?: boolean;
  /** Whether it may be none at all. */
  orNone?: boolean;
}

const choices = units.map(({ id, title }) => ({ value: id, label: title }));
const fixed = choices.filter((_, index) => !('calendar' in (units[index] ?? {})));

/** A number and a unit; a duration that needs more than one unit is edited as ISO 8601 text. */
export function DurationInput({ value, onChange, id, label, disabled, calendar, orNone }: Props) {
  const data = calendar ? choices : fixed;
  const read = value ? readDuration(value) : { count: Number.NaN, unit: 'D' as Unit };
  if (!read || !data.some((choice) => choice.value === read.unit))
    return (
      <TextInput
        id={id}
        size="xs"
        value={value}
        disabled={disabled ?? false}
        aria-label={label ?? 'Duration'}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    );
  return (
    <Group gap={6} wrap="nowrap">
      <NumberInput
        id={id}
        size="xs"
        w={92}
        min={orNone ? 0 : 1}
        allowDecimal={false}
        clampBehavior="strict"
        value={Number.isNaN(read.count) ? '' : read.count}
        disabled={disabled ?? false}
        aria-label={label ?? 'How many'}
        onChange={(count) => {
          if (typeof count === 'number') onChange(writeDuration(count, read.unit));
        }}
      />
      <Select
        size="xs"
        flex={1}
        data={data}
        value={read.unit}
        disabled={disabled ?? false}
        allowDeselect={false}
        aria-label={`Unit of ${label ?? 'the duration'}`}
        onChange={(unit) => {
          if (unit) onChange(writeDuration(Number.isNaN(read.count) ? 1 : read.count, unit as Unit));
        }}
      />
    </Group>
  );
}
