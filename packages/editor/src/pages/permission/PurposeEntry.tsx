import { ActionIcon, Group, Select, Stack, Switch, TagsInput, Textarea, TextInput } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import type { LegalBasis, Purpose } from '../../api/permission.ts';
import classes from './Permission.module.css';

const bases: { value: LegalBasis; label: string }[] = [
  { value: 'consent', label: 'Consent: only who has agreed' },
  { value: 'legitimateInterest', label: 'Legitimate interest: all but who has refused' },
  { value: 'contract', label: 'Contract: always, cannot be switched off' },
];

interface Props {
  purpose: Purpose;
  onChange: (purpose: Purpose) => void;
  onRemove: () => void;
}

export function PurposeEntry({ purpose, onChange, onRemove }: Props) {
  const set = (changed: Partial<Purpose>) => onChange({ ...purpose, ...changed });
  const canConfirm = purpose.basis !== 'contract' && purpose.channels.includes('email');
  return (
    <Stack gap="sm" className={classes.entry} data-testid="purpose">
      <div className={classes.pair}>
        <TextInput
          label="Name"
          description="As nodes and consents say it."
          placeholder="newsletter"
          value={purpose.id}
          maxLength={100}
          onChange={(event) => set({ id: event.currentTarget.value })}
        />
        <TextInput
          label="Label"
          description="As people read it."
          placeholder="Our newsletter"
          value={purpose.label}
          maxLength={200}
          onChange={(event) => set({ label: event.currentTarget.value })}
        />
      </div>
      <Textarea
        label="What it is"
        placeholder="What is sent, and how often."
        autosize
        value={purpose.description}
        maxLength={2000}
        onChange={(event) => set({ description: event.currentTarget.value })}
      />
      <div className={classes.pair}>
        <Select
          label="Legal basis"
          data={bases}
          allowDeselect={false}
          value={purpose.basis}
          onChange={(basis) =>
            basis && set({ basis: basis as LegalBasis, ...(basis === 'contract' ? { doubleOptIn: false } : {}) })
          }
        />
        <TagsInput
          label="By"
          data={['email', 'sms', 'phone', 'push']}
          value={purpose.channels}
          onChange={(channels) => set({ channels, ...(channels.includes('email') ? {} : { doubleOptIn: false }) })}
        />
      </div>
      <Group justify="space-between">
        <Switch
          label="E-mail only after the click in a confirmation mail"
          disabled={!canConfirm}
          checked={purpose.doubleOptIn}
          onChange={(event) => set({ doubleOptIn: event.currentTarget.checked })}
        />
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={`Remove the purpose ${purpose.label || purpose.id}`}
          onClick={onRemove}
        >
          <IconTrash size={16} />
        </ActionIcon>
      </Group>
    </Stack>
  );
}
