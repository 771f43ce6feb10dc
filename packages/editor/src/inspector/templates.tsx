import { ActionIcon, Button, Text, Tooltip } from '@mantine/core';
import type {
  ArrayFieldItemTemplateProps,
  ArrayFieldTemplateProps,
  DescriptionFieldProps,
  FieldTemplateProps,
  ObjectFieldTemplateProps,
  TemplatesType,
  WrapIfAdditionalTemplateProps,
} from '@rjsf/utils';
import { IconArrowDown, IconArrowUp, IconPlus, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { applies, type Condition } from './prepare-schema.ts';
import classes from './SettingsForm.module.css';

/** Labels, descriptions and problems are drawn by the inputs themselves; a field only stands in its place. */
const Field = ({ children, hidden, ...props }: FieldTemplateProps) => {
  const onlyWith = props.uiSchema?.['ui:options']?.['onlyWith'] as readonly Condition[] | undefined;
  if (hidden || (onlyWith && !applies(onlyWith, props.registry.formContext.settings))) return null;
  const Wrap = props.registry.templates.WrapIfAdditionalTemplate as (
    props: WrapIfAdditionalTemplateProps,
  ) => React.ReactNode;
  return <Wrap {...props}>{children}</Wrap>;
};

/** A property that the user named: its key, its value, and the way to take it away. */
const WrapIfAdditional = ({
  schema,
  children,
  label,
  onKeyRenameBlur,
  onRemoveProperty,
  id,
  readonly,
  disabled,
}: WrapIfAdditionalTemplateProps) => {
  const [key, setKey] = useState(label);
  if (!('__additional_property' in schema)) return <div>{children}</div>;
  return (
    <div className={classes.additional}>
      <input
        className={classes.key}
        id={`${id}-key`}
        aria-label="Name"
        value={key}
        disabled={disabled || readonly}
        onChange={(event) => setKey(event.currentTarget.value)}
        onBlur={onKeyRenameBlur}
      />
      <div className={classes.grow}>{children}</div>
      <Remove onClick={onRemoveProperty} />
    </div>
  );
};

const ObjectField = ({
  title,
  description,
  properties,
  schema,
  fieldPathId,
  onAddProperty,
  formData,
}: ObjectFieldTemplateProps) => {
  const inner = fieldPathId.path.length > 0 && typeof fieldPathId.path.at(-1) === 'string';
  const visible = properties.filter((property) => !property.hidden);
  const open = Boolean(schema.additionalProperties);
  return (
    <div className={inner ? classes.group : classes.fields}>
      {inner && title && <div className={classes.legend}>{title}</div>}
      {inner && description && <div className={classes.description}>{description}</div>}
      {visible.map((property) => (
        <div key={property.name}>{property.content}</div>
      ))}
      {open && (
        <Button
          variant="default"
          size="compact-xs"
          leftSection={<IconPlus size={13} />}
          onClick={onAddProperty}
          className={classes.add}
        >
          Add {Object.keys(formData ?? {}).length > 0 ? 'another' : 'one'}
        </Button>
      )}
    </div>
  );
};

const ArrayField = ({
  title,
  items,
  canAdd,
  onAddClick,
  schema,
  rawErrors,
  disabled,
  readonly,
}: ArrayFieldTemplateProps) => (
  <div className={classes.group}>
    <div className={classes.legend}>{title}</div>
    {schema.description && <div className={classes.description}>{schema.description}</div>}
    {rawErrors && rawErrors.length > 0 && (
      <Text size="xs" c="var(--bad)">
        {rawErrors.join(' ')}
      </Text>
    )}
    <div className={classes.items}>{items}</div>
    {canAdd && (
      <Button
        variant="default"
        size="compact-xs"
        leftSection={<IconPlus size={13} />}
        onClick={onAddClick}
        disabled={disabled || readonly || false}
        className={classes.add}
      >
        Add {items.length > 0 ? 'another' : 'one'}
      </Button>
    )}
  </div>
);

const ArrayItem = ({ children, buttonsProps, hasToolbar, schema }: ArrayFieldItemTemplateProps) => (
  <div className={schema.type === 'object' ? classes.card : classes.row}>
    <div className={classes.grow}>{children}</div>
    {hasToolbar && (
      <div className={classes.itemTools}>
        {buttonsProps.hasMoveUp && (
          <Tool label="Move up" icon={<IconArrowUp size={13} />} onClick={buttonsProps.onMoveUpItem} />
        )}
        {buttonsProps.hasMoveDown && (
          <Tool label="Move down" icon={<IconArrowDown size={13} />} onClick={buttonsProps.onMoveDownItem} />
        )}
        {buttonsProps.hasRemove && <Remove onClick={buttonsProps.onRemoveItem} />}
      </div>
    )}
  </div>
);

const Remove = ({ onClick }: { onClick: () => void }) => (
  <Tool label="Remove" icon={<IconX size={13} />} onClick={onClick} />
);

const Tool = ({ label, icon, onClick }: { label: string; icon: React.ReactNode; onClick: () => void }) => (
  <Tooltip label={label}>
    <ActionIcon variant="subtle" color="gray" size={22} aria-label={label} onClick={onClick}>
      {icon}
    </ActionIcon>
  </Tooltip>
);

const Description = ({ description, id }: DescriptionFieldProps) =>
  description ? (
    <div id={id} className={classes.description}>
      {description}
    </div>
  ) : null;

export const templates: Partial<TemplatesType> = {
  FieldTemplate: Field,
  WrapIfAdditionalTemplate: WrapIfAdditional,
  ObjectFieldTemplate: ObjectField,
  ArrayFieldTemplate: ArrayField,
  ArrayFieldItemTemplate: ArrayItem,
  DescriptionFieldTemplate: Description,
};
