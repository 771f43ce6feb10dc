import { Alert, Drawer, Select, Stack, Switch, Text, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Fragment, useState } from 'react';
import { api } from '../../api/client.ts';
import { addressOf, type Attribute, type AttributeType, attributeTypes, type Place } from '../../api/schema.ts';
import { formatNumber, formatPercent } from '../../ui/format.ts';
import { categoryInfos } from '../customers/categories.ts';
import { DrawerFoot } from './DrawerFoot.tsx';
import { MisfitSamples } from './MisfitSamples.tsx';
import classes from './Schema.module.css';
import { typeWords } from './words.ts';

interface Props {
  place: Place;
  /** Undefined for one that is to be made. */
  attribute: Attribute | undefined;
  sampled: number;
  onClose: () => void;
}

const asItComes = 'inferred';

/** What a trait or a property is said to be, what has come of it, and what did not fit. */
export function AttributeDrawer({ place, attribute, sampled, onClose }: Props) {
  const client = useQueryClient();
  const isTrait = place.event === '';
  const [name, setName] = useState(place.name);
  const [type, setType] = useState<AttributeType | null>(
    attribute ? (attribute.declared ? attribute.type : null) : 'text',
  );
  const [category, setCategory] = useState<string>(attribute?.category ?? 'basic');
  const [label, setLabel] = useState(attribute?.label ?? '');
  const [description, setDescription] = useState(attribute?.description ?? '');
  const [pii, setPii] = useState(attribute?.pii ?? false);
  const [indexed, setIndexed] = useState(attribute?.indexed ?? false);
  const mayBeIndexed = isTrait && type !== null && type !== 'list' && type !== 'object';
  const address = addressOf({ ...place, name: attribute ? place.name : name.trim() });
  const done = async () => {
    await Promise.all(['schema', 'fields'].map((key) => client.invalidateQueries({ queryKey: [key] })));
    onClose();
  };
  const save = useMutation({
    mutationFn: () =>
      api(address, {
        method: 'PUT',
        json: {
          type,
          ...(isTrait ? { category, indexed: mayBeIndexed && indexed } : {}),
          label: label.trim() || null,
          description: description.trim() || null,
          pii,
        },
      }),
    onSuccess: done,
  });
  const takeBack = useMutation({ mutationFn: () => api(address, { method: 'DELETE' }), onSuccess: done });
  const kinds = Object.entries(attribute?.kinds ?? {}) as [AttributeType, number][];
  const total = kinds.reduce((sum, [, count]) => sum + count, 0);
  const unfit =
    type === null || type === 'any' ? 0 : kinds.reduce((sum, [kind, count]) => sum + (fits(type, kind) ? 0 : count), 0);
  const error = save.error ?? takeBack.error;
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      closeButtonProps={{ 'aria-label': 'Close' }}
      styles={{ title: { fontWeight: 620, overflowWrap: 'anywhere' } }}
      size={460}
      title={attribute ? (attribute.label ?? attribute.name) : isTrait ? 'New trait' : `New field of ${place.event}`}
      data-testid="attribute-drawer"
    >
      <Stack gap="md">
        {attribute ? (
          <Text size="xs" c="var(--ink-soft)">
            <code>{attribute.name}</code>
            {isTrait ? '' : ` of ${place.event}`}
          </Text>
        ) : (
          <TextInput
            label="Name"
            description="As it is called where it comes from."
            placeholder="monthlyCharges"
            data-autofocus
            required
            maxLength={200}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            data-testid="attribute-name"
          />
        )}
        <Select
          label="Type"
          description={
            type === null
              ? 'Whatever comes is taken in, and the type follows from it.'
              : 'What is of another type is kept aside, and the customer keeps what was known.'
          }
          allowDeselect={false}
          data={[
            ...(attribute
              ? [{ value: asItComes, label: `As it comes (${typeWords[inferredOf(attribute)].toLowerCase()})` }]
              : []),
            ...attributeTypes.map((value) => ({ value, label: typeWords[value] })),
          ]}
          value={type ?? asItComes}
          onChange={(value) => setType(value === null || value === asItComes ? null : (value as AttributeType))}
          data-testid="attribute-type"
        />
        {unfit > 0 && (
          <Alert color="orange" variant="light">
            {formatPercent(unfit / total)} of the values that were looked at are of another type. They stay as they are;
            what comes from now on must fit.
          </Alert>
        )}
        {isTrait && (
          <Select
            label="Kind of information"
            allowDeselect={false}
            data={categoryInfos.map(({ id, title, what }) => ({ value: id, label: `${title}: ${what.toLowerCase()}` }))}
            value={category}
            onChange={(value) => value && setCategory(value)}
          />
        )}
        <TextInput
          label="Label"
          description="What it is called in rules and on pages."
          value={label}
          maxLength={200}
          onChange={(event) => setLabel(event.currentTarget.value)}
          data-testid="attribute-label"
        />
        <Textarea
          label="Description"
          autosize
          minRows={2}
          maxRows={6}
          maxLength={1000}
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
        />
        <Switch
          label="Personal"
          description="It tells who somebody is. Roles that may not see that do not see it."
          checked={pii}
          onChange={(event) => setPii(event.currentTarget.checked)}
        />
        {isTrait && (
          <Switch
            label="Indexed"
            description={
              mayBeIndexed
                ? 'Rules find its values at once. Worth it where there are many different ones; each write costs a little more.'
                : 'Takes a declared type that is neither list nor structure.'
            }
            disabled={!mayBeIndexed}
            checked={mayBeIndexed && indexed}
            onChange={(event) => setIndexed(event.currentTarget.checked)}
          />
        )}

        {kinds.length > 0 && (
          <div className={classes.section}>
            <h3>What is known</h3>
            <div className={classes.kinds}>
              {kinds
                .sort(([, a], [, b]) => b - a)
                .map(([kind, count]) => (
                  <Fragment key={kind}>
                    <span>{typeWords[kind]}</span>
                    <div className={classes.bar}>
                      <i style={{ width: `${(count / total) * 100}%` }} />
                    </div>
                    <span className="tabular">{formatPercent(count / total)}</span>
                  </Fragment>
                ))}
            </div>
            <Text size="xs" c="var(--ink-soft)" mt={6}>
              Of {formatNumber(sampled)} {isTrait ? 'customers' : 'events'} that were looked at{' '}
              {attribute?.share == null ? 'some' : formatPercent(attribute.share)} have it.
            </Text>
            {attribute?.values && (
              <div className={classes.values} style={{ marginTop: 8 }}>
                {attribute.values.map((value) => (
                  <code key={value}>{value === '' ? '(empty)' : value}</code>
                ))}
              </div>
            )}
          </div>
        )}
        {attribute && attribute.misfits > 0 && (
          <div className={classes.section}>
            <h3>Kept aside</h3>
            <MisfitSamples place={place} count={attribute.misfits} />
          </div>
        )}
        <DrawerFoot
          error={error}
          known={attribute}
          takeBack={takeBack}
          save={save}
          disabled={!attribute && name.trim() === ''}
          onClose={onClose}
        />
      </Stack>
    </Drawer>
  );
}

const fits = (type: AttributeType, kind: AttributeType): boolean =>
  type === kind || (type === 'text' && kind === 'instant');

/** What would be inferred from what has come. */
const inferredOf = ({ came, type, declared }: Attribute): AttributeType => {
  if (!declared) return type;
  if (came.length === 0) return 'text';
  return came.length === 1 ? (came[0] as AttributeType) : came.every((one) => fits('text', one)) ? 'text' : 'any';
};
