import { Alert, Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../../api/client.ts';
import type { Segment } from '../../api/segments.ts';

interface Props {
  segment: Pick<Segment, 'id' | 'name'> | undefined;
  onClose: () => void;
  onDeleted?: () => void;
}

/** Whether one is in use is the server's to say; its refusal says where. */
export function DeleteSegment({ segment, onClose, onDeleted }: Props) {
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: (id: string) => api(`/api/segments/${encodeURIComponent(id)}`, { method: 'DELETE' }),
    onSuccess: () => {
      close();
      onDeleted?.();
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['segments'] }),
  });
  const close = () => {
    remove.reset();
    onClose();
  };
  return (
    <Modal opened={segment !== undefined} onClose={close} title="Delete this segment?">
      <Stack gap="md">
        <Text size="sm">
          <b>{segment?.name}</b> goes away for good. The customers in it stay, and what is known of them.
        </Text>
        {remove.isError && (
          <Alert color="red" variant="light" role="alert" title="It was not deleted">
            {remove.error.message}
          </Alert>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={close} data-autofocus>
            Keep it
          </Button>
          <Button
            color="red"
            loading={remove.isPending}
            disabled={remove.isError}
            onClick={() => segment && remove.mutate(segment.id)}
            data-testid="confirm-delete"
          >
            Delete
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
