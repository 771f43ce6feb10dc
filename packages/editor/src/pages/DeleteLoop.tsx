import { Alert, Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../api/client.ts';

interface Props {
  loop: { id: string; name: string } | undefined;
  onClose: () => void;
  onDeleted?: () => void;
}

export function DeleteLoop({ loop, onClose, onDeleted }: Props) {
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: (id: string) => api(`/api/loops/${encodeURIComponent(id)}`, { method: 'DELETE' }),
    onSuccess: async () => {
      close();
      onDeleted?.();
      await client.invalidateQueries({ queryKey: ['loops'] });
    },
  });
  const close = () => {
    remove.reset();
    onClose();
  };
  return (
    <Modal opened={loop !== undefined} onClose={close} title="Delete this loop?">
      <Stack gap="md">
        <Text size="sm">
          <b>{loop?.name}</b> and its versions go away for good. Customers and what is known of them stay.
        </Text>
        {remove.isError && (
          <Alert color="red" variant="light" role="alert">
            {remove.error.message}
          </Alert>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={close} data-autofocus>
            Keep it
          </Button>
          <Button color="red" loading={remove.isPending} onClick={() => loop && remove.mutate(loop.id)}>
            Delete
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
