import { Alert, Button, Group, Modal, NumberInput, SegmentedControl, Skeleton, Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Decision } from '../../api/identity.ts';
import { decideAll } from '../../api/identity.ts';
import { plural } from '../../ui/format.ts';

/** Decides everything from a certainty on, after it was counted. */
export function BulkDialog({
  opened,
  onClose,
  onDecided,
}: {
  opened: boolean;
  onClose: () => void;
  onDecided: () => void;
}) {
  const [percent, setPercent] = useState(90);
  const [decision, setDecision] = useState<Decision>('merge');
  const [above] = useDebouncedValue(percent / 100, 250);
  const count = useQuery({
    queryKey: ['proposals-above', above],
    queryFn: async () => (await decideAll(above, 'merge', true)).count,
    enabled: opened,
    staleTime: 0,
  });
  const act = useMutation({
    mutationFn: () => decideAll(above, decision, false),
    onSuccess: ({ count: decided }) => {
      notifications.show({
        color: 'teal',
        message:
          decision === 'merge'
            ? `${plural(decided, 'pair')} merged. Each can be undone on the customer’s page.`
            : `${plural(decided, 'pair')} kept apart.`,
      });
      onDecided();
      onClose();
    },
  });
  return (
    <Modal opened={opened} onClose={onClose} title="Decide many at once">
      <Stack gap="md">
        <NumberInput
          label="All that are as certain as"
          suffix=" %"
          min={0}
          max={100}
          decimalScale={1}
          value={percent}
          onChange={(value) => typeof value === 'number' && setPercent(value)}
          data-autofocus
        />
        <SegmentedControl
          fullWidth
          aria-label="What they are"
          value={decision}
          onChange={(value) => setDecision(value as Decision)}
          data={[
            { value: 'merge', label: 'are one person' },
            { value: 'apart', label: 'are two people' },
          ]}
        />
        {count.isPending ? (
          <Skeleton h={20} w={180} />
        ) : (
          <Text size="sm" data-testid="bulk-count" className="tabular">
            {count.isError ? count.error.message : `${plural(count.data, 'pair')} at present.`}
          </Text>
        )}
        {act.isError && (
          <Alert color="red" variant="light" role="alert" title="Not all were decided">
            {act.error.message}
          </Alert>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Not now
          </Button>
          <Button
            disabled={!count.data || above !== percent / 100}
            loading={act.isPending}
            onClick={() => act.mutate()}
            data-testid="bulk-decide"
          >
            {decision === 'merge' ? 'Merge them' : 'Keep them apart'}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
