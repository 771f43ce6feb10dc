import { Alert, Badge, Button, Card, Group, Table, Text, Title } from '@mantine/core';
import { IconWebhook } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import type { Hook } from '../../api/hooks.ts';
import { hooksQuery } from '../../api/hooks.ts';
import { Confirm } from '../../ui/Confirm.tsx';
import { Fault } from '../../ui/Fault.tsx';
import { formatDateTime } from '../../ui/format.ts';
import table from '../../ui/Table.module.css';
import { HookAddress } from './HookAddress.tsx';
import { HookDialog } from './HookDialog.tsx';
import classes from './Settings.module.css';

/** Addresses that other systems send to: a shop, a form, a call centre. */
export function HooksCard() {
  const client = useQueryClient();
  const hooks = useQuery(hooksQuery);
  const [edited, setEdited] = useState<Hook | 'new'>();
  const [deleting, setDeleting] = useState<Hook>();
  const remove = useMutation({
    mutationFn: (id: string) => api(`/api/hooks/${id}`, { method: 'DELETE' }),
    onSuccess: () => setDeleting(undefined),
    onSettled: () => client.invalidateQueries({ queryKey: ['hooks'] }),
  });
  return (
    <Card data-testid="hooks">
      <Group justify="space-between" align="flex-start" mb="sm" wrap="nowrap">
        <div>
          <Title order={2}>Incoming webhooks</Title>
          <Text size="sm" c="var(--ink-soft)" mt={2}>
            Addresses that a shop, a form or a call centre sends to. A mapping says what becomes of what comes.
          </Text>
        </div>
        <Button
          size="xs"
          variant="light"
          leftSection={<IconWebhook size={15} />}
          onClick={() => setEdited('new')}
          data-testid="new-hook"
        >
          New webhook
        </Button>
      </Group>
      {hooks.isError && <Fault error={hooks.error} retry={() => void hooks.refetch()} />}
      {hooks.data?.length === 0 && (
        <Text size="sm" c="var(--ink-soft)">
          None yet.
        </Text>
      )}
      {hooks.data && hooks.data.length > 0 && (
        <div className={table.frame}>
          <Table layout="fixed">
            <Table.Thead>
              <Table.Tr>
                <Table.Th w="26%">Name</Table.Th>
                <Table.Th>Address</Table.Th>
                <Table.Th w={185}>Last used</Table.Th>
                <Table.Th w={130} />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {hooks.data.map((hook) => (
                <Table.Tr key={hook.id}>
                  <Table.Td className={classes.cut}>
                    <b title={hook.name}>{hook.name}</b> {hook.signed && <Badge color="gray">signed</Badge>}
                  </Table.Td>
                  <Table.Td>
                    <HookAddress url={hook.url} />
                  </Table.Td>
                  <Table.Td className="tabular">{hook.usedAt ? formatDateTime(hook.usedAt) : 'never'}</Table.Td>
                  <Table.Td ta="right">
                    <Button size="compact-xs" variant="subtle" onClick={() => setEdited(hook)}>
                      Edit
                    </Button>
                    <Button size="compact-xs" variant="subtle" color="red" onClick={() => setDeleting(hook)}>
                      Delete
                    </Button>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
      {edited && <HookDialog hook={edited === 'new' ? undefined : edited} onClose={() => setEdited(undefined)} />}
      <Confirm
        opened={deleting !== undefined}
        title={`Delete ${deleting?.name ?? 'the webhook'}?`}
        action="Delete"
        busy={remove.isPending}
        onClose={() => setDeleting(undefined)}
        onConfirm={() => deleting && remove.mutate(deleting.id)}
      >
        Its address is gone for good: whoever sends to it is refused. What came by it stays.
        {remove.isError && (
          <Alert color="red" variant="light" role="alert" mt="md">
            {remove.error.message}
          </Alert>
        )}
      </Confirm>
    </Card>
  );
}
