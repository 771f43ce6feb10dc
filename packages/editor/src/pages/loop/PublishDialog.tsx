import { Alert, Button, Group, List, Modal, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ApiError, api } from '../../api/client.ts';
import type { LoopDetail } from '../../api/contract.ts';
import { useWorkbench } from '../../canvas/workbench.tsx';

interface Props {
  opened: boolean;
  loop: LoopDetail;
  /** Saves first, since only what is saved can be published. */
  save: () => Promise<boolean>;
  onClose: () => void;
}

export function PublishDialog({ opened, loop, save, onClose }: Props) {
  const { editor, problems } = useWorkbench();
  const client = useQueryClient();
  const errors = problems.filter((problem) => problem.level === 'error');
  const warnings = problems.length - errors.length;
  const next = (loop.published?.version ?? 0) + 1;
  const publish = useMutation({
    mutationFn: async () => {
      if (editor.get().dirty && !(await save())) return undefined;
      return api<{ version: number }>(`/api/loops/${encodeURIComponent(loop.id)}/publish`, {
        json: { revision: editor.get().revision },
      });
    },
    onSuccess: (answer) => {
      close();
      if (!answer) return;
      notifications.show({
        color: 'teal',
        title: `Version ${answer.version} is running`,
        message: 'Whoever enters from now on goes through it.',
      });
      void client.invalidateQueries({ queryKey: ['loop', loop.id] });
      void client.invalidateQueries({ queryKey: ['loops'] });
    },
  });
  const close = () => {
    publish.reset();
    onClose();
  };
  const refused = publish.error instanceof ApiError ? publish.error.problems : [];
  return (
    <Modal opened={opened} onClose={close} title={`Publish version ${next}?`}>
      <Stack gap="md">
        {errors.length > 0 ? (
          <Alert
            color="red"
            variant="light"
            title={errors.length === 1 ? 'One error is in the way' : `${errors.length} errors are in the way`}
          >
            <List size="sm" spacing={4}>
              {errors.slice(0, 5).map((problem, index) => (
                <List.Item key={index}>{problem.message}</List.Item>
              ))}
            </List>
            {errors.length > 5 && <Text size="sm">and {errors.length - 5} more, listed below the canvas.</Text>}
          </Alert>
        ) : (
          <List size="sm" spacing={6}>
            <List.Item>Whoever enters from now on goes through this version.</List.Item>
            <List.Item>
              <b>Nobody is moved.</b>{' '}
              {loop.published
                ? `Customers who are under way finish version ${loop.published.version} as it is.`
                : 'Customers come in by the loop’s own sources, or by an import.'}
            </List.Item>
            <List.Item>A version never changes again; the next edit is a draft.</List.Item>
            {warnings > 0 && (
              <List.Item>
                {warnings === 1 ? 'One warning remains' : `${warnings} warnings remain`}; it runs all the same.
              </List.Item>
            )}
          </List>
        )}
        {publish.isError && (
          <Alert color="red" variant="light" role="alert" title="It was not published">
            {refused.length > 0 ? (
              <List size="sm">
                {refused.slice(0, 5).map((problem, index) => (
                  <List.Item key={index}>{problem.message}</List.Item>
                ))}
              </List>
            ) : (
              publish.error.message
            )}
          </Alert>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={close}>
            Not yet
          </Button>
          <Button
            leftSection={<IconPlayerPlay size={16} />}
            disabled={errors.length > 0}
            loading={publish.isPending}
            onClick={() => publish.mutate()}
            data-testid="confirm-publish"
            data-autofocus
          >
            Publish version {next}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
