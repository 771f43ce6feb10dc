import { Alert, Button, Group, Modal, Skeleton, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../../api/client.ts';
import type { Fields } from '../../../api/contract.ts';
import { fieldsQuery } from '../../../api/queries.ts';
import { segmentsQuery } from '../../../api/segments.ts';
import { proposeTypology, type Typology, type TypologyProposal, typologiesQuery } from '../../../api/typologies.ts';
import { freeName, slug } from '../../../document/names.ts';
import { formatPercent, plural } from '../../../ui/format.ts';
import { GroupProfile } from './GroupProfile.tsx';
import { methods } from './methods.ts';
import classes from './Typology.module.css';
import { initialSettings, TypologyForm } from './TypologyForm.tsx';

interface Props {
  /** The one to work out anew; without it a new one is made. */
  typology: Typology | undefined;
  onClose: () => void;
}

/** Customers divided: how, what was found, and what the groups are called. */
export function TypologyDialog({ typology, onClose }: Props) {
  const fields = useQuery(fieldsQuery);
  return (
    <Modal
      opened
      onClose={onClose}
      size={980}
      title={typology ? `Work out ${typology.name} anew` : 'New typology'}
      data-testid="typology-dialog"
    >
      {fields.data ? <Steps fields={fields.data} typology={typology} onClose={onClose} /> : <Skeleton h={240} />}
    </Modal>
  );
}

function Steps({ fields, typology, onClose }: Props & { fields: Fields }) {
  const [settings, setSettings] = useState(() => initialSettings(fields, typology?.settings));
  const propose = useMutation({ mutationFn: proposeTypology });
  const found = propose.data;
  if (found && propose.variables)
    return (
      <Found found={found} settings={propose.variables} typology={typology} onBack={propose.reset} onClose={onClose} />
    );
  return (
    <Stack gap="md">
      <TypologyForm fields={fields} initial={typology?.settings} onChange={setSettings} />
      {propose.isError && (
        <Alert color="red" variant="light" role="alert" title="No groups were found">
          {propose.error.message}
        </Alert>
      )}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button
          disabled={!settings}
          loading={propose.isPending}
          onClick={() => settings && propose.mutate(settings)}
          data-testid="propose-typology"
        >
          Work it out
        </Button>
      </Group>
    </Stack>
  );
}

interface FoundProps extends Props {
  found: TypologyProposal;
  settings: Typology['settings'];
  onBack: () => void;
}

function Found({ found, settings, typology, onBack, onClose }: FoundProps) {
  const client = useQueryClient();
  const segments = useQuery(segmentsQuery);
  const typologies = useQuery(typologiesQuery);
  const [name, setName] = useState(typology?.name ?? methods[settings.method].title);
  const [names, setNames] = useState(() => found.groups.map((group) => group.name.slice(0, 120)));
  const save = useMutation({
    mutationFn: () => {
      const id = typology?.id ?? freeName(slug(name).slice(0, 30) || 'typology', taken(typologies.data));
      const ids = taken(segments.data?.filter((segment) => segment.typology !== id));
      const groups = found.groups.map((group, i) => {
        const segment = freeName(`${id}-${slug(names[i] ?? '')}`.slice(0, 58).replace(/-+$/, ''), ids);
        ids.add(segment);
        return { ...group, name: names[i]?.trim() || group.name, segment };
      });
      const { fidelity, customers, target } = found;
      return api<Typology>(`/api/typologies/${encodeURIComponent(id)}`, {
        method: 'PUT',
        json: { name: name.trim(), settings, groups, fidelity, customers, ...(target === undefined ? {} : { target }) },
      });
    },
    onSuccess: async () => {
      await Promise.all(['typologies', 'segments'].map((key) => client.invalidateQueries({ queryKey: [key] })));
      onClose();
    },
  });
  return (
    <Stack gap="md">
      <Text size="sm" c="var(--ink-soft)">
        {plural(found.groups.length, 'group')}, found by {plural(found.customers, 'customer')}.
        {found.fidelity < 1 && ` The rules put ${formatPercent(found.fidelity)} of them where the method had put them.`}
        {found.target !== undefined &&
          ` It holds for ${formatPercent(found.target)} of all; what is said of a group was counted among customers who had no part in finding it.`}
      </Text>
      <div className={classes.groups} data-testid="proposed-groups">
        {found.groups.map((group, i) => (
          <GroupProfile
            key={group.name + String(i)}
            group={group}
            heading={
              <TextInput
                size="xs"
                variant="unstyled"
                aria-label={`Name of group ${i + 1}`}
                value={names[i] ?? ''}
                maxLength={120}
                style={{ flex: 1 }}
                styles={{ input: { fontWeight: 600, fontSize: 13 } }}
                onChange={(event) => {
                  const value = event.currentTarget.value;
                  setNames((all) => all.map((one, at) => (at === i ? value : one)));
                }}
              />
            }
          />
        ))}
      </div>
      <TextInput
        label="Name of the typology"
        required
        maw={420}
        maxLength={100}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        data-testid="typology-name"
      />
      {save.isError && (
        <Alert color="red" variant="light" role="alert" title="It was not saved">
          {save.error.message}
        </Alert>
      )}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onBack}>
          Back
        </Button>
        <Button
          disabled={name.trim() === '' || names.some((one) => one.trim() === '')}
          loading={save.isPending}
          onClick={() => save.mutate()}
          data-testid="save-typology"
        >
          Save as {plural(found.groups.length, 'segment')}
        </Button>
      </Group>
    </Stack>
  );
}

const taken = (some: readonly { id: string }[] | undefined): Set<string> => new Set(some?.map(({ id }) => id));
