import { Button, Drawer, Select, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { addressOf, type EventType } from '../../api/schema.ts';
import { categoryInfos } from '../customers/categories.ts';
import { DrawerFoot } from './DrawerFoot.tsx';
import { MisfitSamples } from './MisfitSamples.tsx';
import classes from './Schema.module.css';

interface Props {
  /** Undefined for one that is to be made. */
  event: EventType | undefined;
  onClose: () => void;
  onNewProperty: (event: string) => void;
}

/** What an event type is said to be. */
export function EventDrawer({ event, onClose, onNewProperty }: Props) {
  const client = useQueryClient();
  const [type, setType] = useState(event?.type ?? '');
  const [category, setCategory] = useState<string>(event?.category ?? 'contact');
  const [label, setLabel] = useState(event?.label ?? '');
  const [description, setDescription] = useState(event?.description ?? '');
  const address = addressOf({ event: type.trim(), name: '' });
  const done = async () => {
    await Promise.all(['schema', 'fields'].map((key) => client.invalidateQueries({ queryKey: [key] })));
    onClose();
  };
  const save = useMutation({
    mutationFn: () =>
      api(address, {
        method: 'PUT',
        json: { category, label: label.trim() || null, description: description.trim() || null },
      }),
    onSuccess: done,
  });
  const takeBack = useMutation({ mutationFn: () => api(address, { method: 'DELETE' }), onSuccess: done });
  const error = save.error ?? takeBack.error;
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      closeButtonProps={{ 'aria-label': 'Close' }}
      styles={{ title: { fontWeight: 620, overflowWrap: 'anywhere' } }}
      size={460}
      title={event ? (event.label ?? event.type) : 'New event type'}
      data-testid="event-drawer"
    >
      <Stack gap="md">
        {event ? (
          <Text size="xs" c="var(--ink-soft)">
            <code>{event.type}</code>
          </Text>
        ) : (
          <TextInput
            label="Name"
            description="As it is called where it comes from."
            placeholder="Order Completed"
            data-autofocus
            required
            maxLength={200}
            value={type}
            onChange={(change) => setType(change.currentTarget.value)}
          />
        )}
        <Select
          label="Kind of information"
          description="Its events from now on stand there."
          allowDeselect={false}
          data={categoryInfos.map(({ id, title, what }) => ({ value: id, label: `${title}: ${what.toLowerCase()}` }))}
          value={category}
          onChange={(value) => value && setCategory(value)}
        />
        <TextInput
          label="Label"
          description="What it is called in rules and on pages."
          value={label}
          maxLength={200}
          onChange={(change) => setLabel(change.currentTarget.value)}
        />
        <Textarea
          label="Description"
          autosize
          minRows={2}
          maxRows={6}
          maxLength={1000}
          value={description}
          onChange={(change) => setDescription(change.currentTarget.value)}
        />
        {event && (
          <div>
            <Button
              size="xs"
              variant="light"
              leftSection={<IconPlus size={14} />}
              onClick={() => onNewProperty(event.type)}
            >
              Declare a field
            </Button>
          </div>
        )}
        {event && event.misfits > 0 && (
          <div className={classes.section}>
            <h3>Events kept aside</h3>
            <MisfitSamples place={{ event: event.type, name: '' }} count={event.misfits} />
          </div>
        )}
        <DrawerFoot
          error={error}
          known={event}
          takeBack={takeBack}
          save={save}
          disabled={type.trim() === ''}
          onClose={onClose}
        />
      </Stack>
    </Drawer>
  );
}
