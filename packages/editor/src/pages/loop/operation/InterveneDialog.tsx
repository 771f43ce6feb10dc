import { Alert, Button, Group, Modal, Select, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../../api/client.ts';
import type { Intervention, LoopStatus, Selection } from '../../../api/operation.ts';
import { at, useAct } from '../../../api/operation.ts';
import { plural } from '../../../ui/format.ts';
import { SelectionForm } from './SelectionForm.tsx';

export type InterventionKind = 'cancel' | 'replay' | 'retry' | 'release';

const kinds: Record<InterventionKind, { title: string; means: string; action: string; done: string; colour: string }> =
  {
    cancel: {
      title: 'Take people out of the loop',
      means:
        'They leave at once, wherever they stand. Messages that are not out yet are withheld. Their history stays.',
      action: 'Take out',
      done: 'taken out',
      colour: 'red',
    },
    replay: {
      title: 'Let people go through it once more',
      means:
        'They begin anew where the loop begins. Whoever is still under way is taken out first, so nobody is in it twice.',
      action: 'Replay',
      done: 'replayed',
      colour: 'accent',
    },
    retry: {
      title: 'Let parked customers try again',
      means: 'They arrive at their node as if for the first time. Whoever fails again is parked again.',
      action: 'Try again',
      done: 'tried again',
      colour: 'accent',
    },
    release: {
      title: 'Let parked customers go',
      means: 'The node that they failed at is passed over, or they leave the loop.',
      action: 'Let go',
      done: 'let go',
      colour: 'accent',
    },
  };

interface Props {
  status: LoopStatus;
  kind: InterventionKind | undefined;
  onClose: () => void;
}

/** An intervention with people: who is meant, how many that is, and only then the deed. */
export function InterveneDialog({ status, kind, onClose }: Props) {
  return (
    <Modal opened={kind !== undefined} onClose={onClose} title={kind && kinds[kind].title} size="lg">
      {kind && <Intervene key={kind} status={status} kind={kind} onClose={onClose} />}
    </Modal>
  );
}

function Intervene({ status, kind, onClose }: Props & { kind: InterventionKind }) {
  const { means, action, done, colour } = kinds[kind];
  const [selection, setSelection] = useState<Selection | undefined>({ all: true });
  const [exit, setExit] = useState(false);
  const body = { selection, ...(kind === 'release' ? { exit } : {}) };
  const [asked] = useDebouncedValue(body, 300);
  const act = useAct<typeof body, Intervention>(status.loop, kind);
  const dry = useQuery({
    queryKey: ['loop', status.loop, kind, asked],
    queryFn: () => api<Intervention>(at(status.loop, kind), { json: { ...asked, dryRun: true } }),
    enabled: asked.selection !== undefined,
    retry: false,
    gcTime: 0,
  });
  const count = selection && dry.data?.enrollments;
  const problem = act.error ?? (selection ? dry.error : null);
  return (
    <Stack gap="md">
      <Text size="sm">{means}</Text>
      <SelectionForm
        status={status}
        parked={kind === 'retry' || kind === 'release'}
        onChange={(next) => {
          act.reset();
          setSelection(next);
        }}
      />
      {kind === 'release' && (
        <Select
          label="Where to"
          data={[
            { value: 'on', label: 'On, by the first way out of their node' },
            { value: 'exit', label: 'Out of the loop' },
          ]}
          value={exit ? 'exit' : 'on'}
          allowDeselect={false}
          onChange={(value) => setExit(value === 'exit')}
        />
      )}
      {problem && (
        <Alert color="red" variant="light" role="alert">
          {problem.message}
        </Alert>
      )}
      <Group justify="space-between">
        <Text size="sm" c="var(--ink-soft)" role="status" data-testid="dry-run">
          {count === undefined ? 'Nobody is meant yet.' : `This is about ${plural(count, 'customer')}.`}
        </Text>
        <Group gap="xs">
          <Button variant="default" onClick={onClose}>
            Not now
          </Button>
          <Button
            color={colour}
            disabled={!count}
            loading={act.isPending}
            data-testid="confirm"
            onClick={() =>
              act.mutate(body, {
                onSuccess: ({ enrollments }) => {
                  onClose();
                  notifications.show({
                    color: 'teal',
                    title: `${plural(enrollments, 'customer')} ${done}`,
                    message: 'It stands in the audit below.',
                  });
                },
              })
            }
          >
            {action}
          </Button>
        </Group>
      </Group>
    </Stack>
  );
}
