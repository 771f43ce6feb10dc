import type { WidgetProps } from '@rjsf/utils';

export const descriptionOf = ({ options, schema }: WidgetProps) => options.description ?? schema.description;

/** What every Mantine input of the form takes, label and problems included. */
export const common = (props: WidgetProps) => ({
  id: props.id,
  name: props.htmlName ?? props.name,
  size: 'xs' as const,
  label: props.hideLabel ? undefined : props.label || undefined,
  'aria-label': props.hideLabel ? props.label : undefined,
  description: props.hideLabel ? undefined : descriptionOf(props),
  required: props.required ?? false,
  placeholder: props.placeholder || undefined,
  disabled: props.disabled || props.readonly || false,
  error: props.rawErrors?.length ? props.rawErrors.join(' ') : undefined,
});

export const orNothing = (text: string, props: WidgetProps) =>
  text === '' && !props.required && props.schema.default === undefined ? undefined : text;
