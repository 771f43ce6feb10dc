import {
  ActionIcon,
  Autocomplete,
  Input,
  Menu,
  MultiSelect,
  NumberInput,
  ScrollArea,
  Select,
  Switch,
  Textarea,
  TextInput,
  Tooltip,
} from '@mantine/core';
import type { RegistryWidgetsType, WidgetProps } from '@rjsf/utils';
import { IconBraces } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import { fieldsQuery } from '../api/queries.ts';
import { selectDocument, useEditor, useWorkbench } from '../canvas/workbench.tsx';
import { humanise } from '../ui/format.ts';
import { DurationInput } from './DurationInput.tsx';
import { SegmentSelect } from './SegmentSelect.tsx';
import classes from './SettingsForm.module.css';
import { CronWidget, TimeOfDayWidget, TimeZoneWidget, WeekdaysWidget } from './time-widgets.tsx';
import { common, descriptionOf, orNothing } from './widget-props.ts';

const Text = (props: WidgetProps) => (
  <TextInput
    {...common(props)}
    value={props.value ?? ''}
    onChange={(event) => props.onChange(orNothing(event.currentTarget.value, props))}
  />
);

const LongText = (props: WidgetProps) => (
  <Textarea
    {...common(props)}
    autosize
    minRows={3}
    maxRows={14}
    value={props.value ?? ''}
    onChange={(event) => props.onChange(orNothing(event.currentTarget.value, props))}
  />
);

const Number = (props: WidgetProps) => (
  <NumberInput
    {...common(props)}
    value={props.value ?? ''}
    min={props.schema.minimum}
    max={props.schema.maximum}
    step={props.schema.maximum === 1 ? 0.05 : 1}
    allowDecimal={props.schema.type !== 'integer'}
    onChange={(value) => props.onChange(value === '' ? undefined : value)}
  />
);

const OnOff = (props: WidgetProps) => (
  <Switch
    id={props.id}
    name={props.htmlName ?? props.name}
    size="xs"
    label={props.label}
    description={descriptionOf(props)}
    checked={props.value === true}
    disabled={props.disabled || props.readonly || false}
    error={props.rawErrors?.join(' ')}
    onChange={(event) => props.onChange(event.currentTarget.checked)}
    classNames={{ label: classes.switchLabel ?? '' }}
  />
);

/** Some of a few values, in the order in which they are offered. */
const Choices = (props: WidgetProps) => {
  const options = props.options.enumOptions ?? [];
  const chosen = (props.value ?? []) as unknown[];
  return (
    <MultiSelect
      {...common(props)}
      data={options.map((option, index) => ({ value: String(index), label: humanise(option.label) }))}
      value={options.flatMap((option, index) => (chosen.includes(option.value) ? [String(index)] : []))}
      onChange={(indices) =>
        props.onChange(options.filter((_, index) => indices.includes(String(index))).map((option) => option.value))
      }
    />
  );
};

const Choice = (props: WidgetProps) => {
  const options = props.options.enumOptions ?? [];
  if (props.multiple) return <Choices {...props} />;
  return (
    <Select
      {...common(props)}
      data={options.map((option, index) => ({ value: String(index), label: option.label }))}
      value={(() => {
        const index = options.findIndex((option) => option.value === props.value);
        return index < 0 ? null : String(index);
      })()}
      allowDeselect={!props.required && props.schema.default === undefined}
      onChange={(index) => props.onChange(index === null ? undefined : options[globalThis.Number(index)]?.value)}
    />
  );
};

const Duration = ({
  calendar,
  orNone,
  ...props
}: WidgetProps & {
  calendar?: boolean;
  orNone?: boolean;
}) => {
  const { id, size, placeholder: _, ...wrapper } = common(props as WidgetProps);
  return (
    <Input.Wrapper size={size} {...wrapper} labelProps={{ htmlFor: id }}>
      <div className={classes.control}>
        <DurationInput
          id={id}
          value={props.value ?? ''}
          onChange={props.onChange}
          label={props.label}
          disabled={wrapper.disabled}
          calendar={calendar ?? false}
          orNone={orNone ?? false}
        />
      </div>
    </Input.Wrapper>
  );
};
const CalendarDuration = (props: WidgetProps) => <Duration {...props} calendar />;
const CalendarDurationOrNone = (props: WidgetProps) => <Duration {...props} calendar orNone />;

const EventType = (props: WidgetProps) => {
  const fields = useQuery(fieldsQuery);
  return (
    <Autocomplete
      {...common(props)}
      data={fields.data?.events.map((event) => event.type) ?? []}
      value={props.value ?? ''}
      onChange={(text) => props.onChange(orNothing(text, props))}
    />
  );
};

const EventProperty = (props: WidgetProps) => {
  const fields = useQuery(fieldsQuery);
  return (
    <Autocomplete
      {...common(props)}
      limit={30}
      data={[...new Set(fields.data?.events.flatMap((event) => event.properties))]}
      value={props.value ?? ''}
      onChange={(text) => props.onChange(orNothing(text, props))}
    />
  );
};

const Trait = (props: WidgetProps) => {
  const fields = useQuery(fieldsQuery);
  return (
    <Autocomplete
      {...common(props)}
      limit={30}
      data={fields.data?.traits.map((trait) => trait.name) ?? []}
      value={props.value ?? ''}
      onChange={(text) => props.onChange(orNothing(text, props))}
    />
  );
};

const Segment = (props: WidgetProps) => (
  <SegmentSelect {...common(props)} value={props.value} onChange={props.onChange} />
);

const NodeId = (props: WidgetProps) => {
  const { types } = useWorkbench();
  const document = useEditor(selectDocument);
  const data = document.nodes.map((node) => ({
    value: node.id,
    label: node.data.label || `${types.get(node.type)?.title ?? node.type} (${node.id})`,
  }));
  if (typeof props.value === 'string' && props.value && !data.some(({ value }) => value === props.value))
    data.push({ value: props.value, label: `${props.value} (not in this loop)` });
  return (
    <Select
      {...common(props)}
      searchable
      data={data}
      value={props.value || null}
      placeholder="Choose a node"
      onChange={(id) => props.onChange(id ?? undefined)}
    />
  );
};

/** A template with a menu that puts in what is known of the customer. */
const Liquid = (props: WidgetProps & { lines?: number }) => {
  const fields = useQuery(fieldsQuery);
  const area = useRef<HTMLTextAreaElement>(null);
  // Where the caret was when the field was left for the menu; a field that never had it is added to at its end.
  const caret = useRef<{ start: number; end: number }>(undefined);
  const insert = (name: string) => {
    const path = /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? `customer.${name}` : `customer["${name}"]`;
    const text = String(props.value ?? '');
    const { start, end } = caret.current ?? { start: text.length, end: text.length };
    props.onChange(`${text.slice(0, start)}{{ ${path} }}${text.slice(end)}`);
    area.current?.focus();
  };
  return (
    <Textarea
      {...common(props)}
      ref={area}
      autosize
      minRows={props.lines ?? 1}
      maxRows={18}
      value={props.value ?? ''}
      classNames={{ input: classes.code ?? '' }}
      spellCheck={props.lines !== undefined}
      onBlur={({ currentTarget }) => {
        caret.current = { start: currentTarget.selectionStart, end: currentTarget.selectionEnd };
      }}
      onChange={(event) => props.onChange(event.currentTarget.value)}
      rightSectionProps={{ className: classes.insert ?? '' }}
      rightSection={
        <Menu position="bottom-end" width={220}>
          <Menu.Target>
            <Tooltip label="Put in what is known of the customer">
              <ActionIcon variant="subtle" color="gray" size="sm" aria-label={`Insert a trait into ${props.label}`}>
                <IconBraces size={15} />
              </ActionIcon>
            </Tooltip>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Label>Traits of the customer</Menu.Label>
            <ScrollArea.Autosize mah={260}>
              {(fields.data?.traits ?? []).map((trait) => (
                <Menu.Item key={trait.name} onClick={() => insert(trait.name)}>
                  {trait.name}
                </Menu.Item>
              ))}
              {fields.data?.traits.length === 0 && <Menu.Item disabled>No customers yet</Menu.Item>}
            </ScrollArea.Autosize>
          </Menu.Dropdown>
        </Menu>
      }
    />
  );
};

const LiquidText = (props: WidgetProps) => <Liquid {...props} lines={6} />;

/** By the names that rjsf and `prepare-schema.ts` use. */
export const widgets: RegistryWidgetsType = {
  TextWidget: Text,
  text: Text,
  TextareaWidget: LongText,
  UpDownWidget: Number,
  updown: Number,
  CheckboxWidget: OnOff,
  SelectWidget: Choice,
  duration: Duration,
  calendarDuration: CalendarDuration,
  calendarDurationOrNone: CalendarDurationOrNone,
  timeOfDay: TimeOfDayWidget,
  timeZone: TimeZoneWidget,
  weekdays: WeekdaysWidget,
  cron: CronWidget,
  segment: Segment,
  eventProperty: EventProperty,
  eventType: EventType,
  trait: Trait,
  nodeId: NodeId,
  liquid: Liquid,
  liquidText: LiquidText,
};
