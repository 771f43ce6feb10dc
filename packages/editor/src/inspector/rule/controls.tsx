import { ActionIcon, Button, Chip, NumberInput, SegmentedControl, Select, TextInput } from '@mantine/core';
import { MantineValueEditor } from '@react-querybuilder/mantine';
import { IconX } from '@tabler/icons-react';
import type { MouseEvent } from 'react';
import type {
  ActionProps,
  CombinatorSelectorProps,
  ControlElementsProp,
  FieldSelectorProps,
  FullField,
  NotToggleProps,
  OperatorSelectorProps,
  Option,
  OptionGroup,
  ValueEditorProps,
  ValueSelectorProps,
} from 'react-querybuilder';
import { DurationInput } from '../DurationInput.tsx';
import type { Figure } from './figure.ts';
import { type EventRowsType, FigureEditor } from './FigureEditor.tsx';

/* The query builder's own parts, quieter: the conditions are what one reads, not the buttons. */

const Add = (props: ActionProps) => (
  <Button
    variant="default"
    size="compact-xs"
    title={props.title}
    onClick={(event) => props.handleOnClick(event)}
    disabled={props.disabled ?? false}
  >
    {props.label}
  </Button>
);

const Remove = (props: ActionProps) => (
  <ActionIcon
    variant="subtle"
    color="gray"
    size="sm"
    aria-label={props.title ?? 'Remove'}
    title={props.title}
    onClick={(event) => props.handleOnClick(event)}
    disabled={props.disabled ?? false}
    style={{ marginLeft: 'auto' }}
  >
    <IconX size={15} />
  </ActionIcon>
);

const Combinator = (props: CombinatorSelectorProps) => (
  <SegmentedControl
    size="xs"
    aria-label="How many of these must hold"
    data={[
      { value: 'and', label: 'all of' },
      { value: 'or', label: 'any of' },
    ]}
    value={props.value ?? 'and'}
    onChange={(value) => props.handleOnChange(value)}
    disabled={props.disabled ?? false}
  />
);

const Not = (props: NotToggleProps) => (
  <Chip
    size="xs"
    variant="light"
    color="orange"
    checked={props.checked ?? false}
    onChange={(value) => props.handleOnChange(value)}
    disabled={props.disabled ?? false}
  >
    not
  </Chip>
);

const plain = (option: Option) => ({ value: String(option.name ?? option.value), label: option.label });

const isGroup = (option: Option | OptionGroup<Option>): option is OptionGroup<Option> =>
  Array.isArray(option['options']);

const grouped = (options: readonly (Option | OptionGroup<Option>)[]) =>
  options.map((option) =>
    isGroup(option) ? { group: option.label, items: option.options.map(plain) } : plain(option),
  );

/** A click into a searchable select marks its text, so that what is typed replaces it. */
const searchable = {
  searchable: true,
  selectFirstOptionOnChange: true,
  onClick: (event: MouseEvent<HTMLInputElement>) => event.currentTarget.select(),
};

const FieldSelector = (props: FieldSelectorProps) => (
  <Select
    size="xs"
    w={200}
    {...searchable}
    aria-label="What is asked"
    data={grouped(props.options as (Option | OptionGroup<Option>)[])}
    value={props.value ?? null}
    allowDeselect={false}
    disabled={props.disabled ?? false}
    maxDropdownHeight={320}
    onChange={(name) => name && props.handleOnChange(name)}
  />
);

const OperatorSelector = (props: OperatorSelectorProps) =>
  props.fieldData.datatype === 'figure' ? null : (
    <Select
      size="xs"
      w={180}
      aria-label="How it is compared"
      data={grouped(props.options as (Option | OptionGroup<Option>)[])}
      value={props.value ?? null}
      allowDeselect={false}
      disabled={props.disabled ?? false}
      onChange={(name) => name && props.handleOnChange(name)}
    />
  );

/** A window of time is a number and a unit, a number is a number; the rest is the library's own. */
const ValueEditor = (props: ValueEditorProps) => {
  const { operator, value, inputType, disabled, fieldData } = props;
  const handleOnChange = (to: unknown) => props.handleOnChange(to);
  if (fieldData.datatype === 'figure')
    return (
      <FigureEditor
        figure={value as Figure}
        properties={fieldData['properties'] as string[]}
        EventRows={(props.context as { EventRows?: EventRowsType } | undefined)?.EventRows}
        onChange={handleOnChange}
      />
    );
  if (operator === 'null' || operator === 'notNull') return null;
  if (operator === 'within' || operator === 'notWithin')
    return (
      <div style={{ width: 190 }}>
        <DurationInput
          value={typeof value === 'string' && value.startsWith('P') ? value : ''}
          onChange={handleOnChange}
        />
      </div>
    );
  if (inputType === 'number' && ['=', '!=', '<', '<=', '>', '>='].includes(operator))
    return (
      <NumberInput
        size="xs"
        w={150}
        aria-label="Value"
        value={typeof value === 'number' || typeof value === 'string' ? value : ''}
        disabled={disabled ?? false}
        onChange={handleOnChange}
      />
    );
  const one = !['in', 'notIn', 'between', 'notBetween'].includes(operator);
  if (one && props.type === 'select')
    return (
      <Select
        size="xs"
        w={190}
        {...searchable}
        aria-label="Value"
        data={grouped((props.values ?? []) as (Option | OptionGroup<Option>)[])}
        value={value === undefined || value === null ? null : String(value)}
        allowDeselect={false}
        disabled={disabled ?? false}
        onChange={(name) => name !== null && handleOnChange(name)}
      />
    );
  if (one && props.type !== 'multiselect')
    return (
      <TextInput
        size="xs"
        w={190}
        aria-label="Value"
        value={value === undefined || value === null || typeof value === 'object' ? '' : String(value)}
        disabled={disabled ?? false}
        onChange={(event) => handleOnChange(event.currentTarget.value)}
      />
    );
  return <MantineValueEditor {...props} />;
};

const ValueSelector = (props: ValueSelectorProps) => (
  <Select
    size="xs"
    w={180}
    aria-label="Choice"
    data={grouped(props.options as (Option | OptionGroup<Option>)[])}
    value={props.value ?? null}
    allowDeselect={false}
    disabled={props.disabled ?? false}
    onChange={(name) => name && props.handleOnChange(name)}
  />
);

export const controls: ControlElementsProp<FullField, string> = {
  addRuleAction: Add,
  addGroupAction: Add,
  removeRuleAction: Remove,
  removeGroupAction: Remove,
  combinatorSelector: Combinator,
  notToggle: Not,
  fieldSelector: FieldSelector,
  operatorSelector: OperatorSelector,
  valueEditor: ValueEditor,
  valueSelector: ValueSelector,
};
