import {
  Alert,
  Badge,
  Button,
  Card,
  CopyButton,
  Group,
  Modal,
  Select,
  Stack,
  Table,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import type { ApiToken, Role } from '../../api/settings.ts';
import { tokensQuery } from '../../api/settings.ts';
import { Fault } from '../../ui/Fault.tsx';
import { formatDate, formatDateTime } from '../../ui/format.ts';
import table from '../../ui/Table.module.css';
import { Confirm } from '../../ui/Confirm.tsx';
import classes from './Settings.module.css';

const roles: { value: Role; label: string }[] = [
  { value: 'viewer', label: 'Viewer: may look' },
  { value: 'operator', label: 'Operator: may change loops and customers' },
  { value: 'admin', label: 'Administrator: may also change settings' },
];

/** Secrets by which programs use the API, as `osicam loop … --token`. */
export function TokensCard() {
  const client = useQueryClient();
  const tokens = useQuery(tokensQuery);
  const [creating, setCreating] = useState(false);
  const [revoking, setRevoking] = useState<ApiToken>();
  const revoke = useMutation({
    mutationFn: (digest: string) => api(`/api/tokens/${digest}`, { method: 'DELETE' }),
    onSuccess: () => setRevoking(undefined),
    onSettled: () => client.invalidateQueries({ queryKey: ['tokens'] }),
  });
  return (
    <Card data-testid="tokens">
      <Group justify="space-between" align="flex-start" mb="sm">
        <div>
          <Title order={2}>Tokens</Title>
          <Text size="sm" c="var(--ink-soft)" mt={2}>
            By which programs use the API, and the command line another machine’s server.
          </Text>
        </div>
        <Button
          size="xs"
          variant="light"
          leftSection={<IconKey size={15} />}
          onClick={() => setCreating(true)}
          data-testid="new-token"
        >
          New token
        </Button>
      </Group>
      {tokens.isError && <Fault error={tokens.error} retry={() => void tokens.refetch()} />}
      {tokens.data?.length === 0 && (
        <Text size="sm" c="var(--ink-soft)">
          None yet.
        </Text>
      )}
      {tokens.data && tokens.data.length > 0 && (
        <div className={table.frame}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Name</Table.Th>
                <Table.Th>Role</Table.Th>
                <Table.Th>Last used</Table.Th>
                <Table.Th>Expires</Table.Th>
                <Table.Th />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {tokens.data.map((token) => (
                <Table.Tr key={token.digest}>
                  <Table.Td>
                    <b>{token.name}</b>
                  </Table.Td>
                  <Table.Td>
                    <Badge color={token.role === 'admin' ? 'orange' : 'gray'}>{token.role}</Badge>
                  </Table.Td>
                  <Table.Td className="tabular">{token.usedAt ? formatDateTime(token.usedAt) : 'never'}</Table.Td>
                  <Table.Td className="tabular">{token.expiresAt ? formatDate(token.expiresAt) : 'never'}</Table.Td>
                  <Table.Td ta="right">
                    <Button size="compact-xs" variant="subtle" color="red" onClick={() => setRevoking(token)}>
                      Revoke
                    </Button>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
      <NewToken opened={creating} onClose={() => setCreating(false)} />
      <Confirm
        opened={revoking !== undefined}
        title={`Revoke ${revoking?.name ?? 'the token'}?`}
        action="Revoke"
        busy={revoke.isPending}
        onClose={() => setRevoking(undefined)}
        onConfirm={() => revoking && revoke.mutate(revoking.digest)}
      >
        Whoever uses it is refused from the next request on.
        {revoke.isError && (
          <Alert color="red" variant="light" role="alert" mt="md">
            {revoke.error.message}
          </Alert>
        )}
      </Confirm>
    </Card>
  );
}

function NewToken({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('operator');
  const create = useMutation({
    mutationFn: () => api<ApiToken & { secret: string }>('/api/tokens', { json: { name: name.trim(), role } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['tokens'] }),
  });
  const close = () => {
    create.reset();
    setName('');
    onClose();
  };
  return (
    <Modal opened={opened} onClose={close} title={create.data ? 'The secret, this once' : 'New token'}>
      {create.data ? (
        <Stack gap="md">
          <Text size="sm">Only its digest is kept, so nobody can show it to you again.</Text>
          <div className={classes.secret} data-testid="secret">
            {create.data.secret}
          </div>
          <Group justify="flex-end" gap="xs">
            <CopyButton value={create.data.secret}>
              {({ copied, copy }) => (
                <Button variant="default" onClick={copy}>
                  {copied ? 'Copied' : 'Copy'}
                </Button>
              )}
            </CopyButton>
            <Button onClick={close}>I have it</Button>
          </Group>
        </Stack>
      ) : (
        <Stack gap="md">
          <TextInput
            label="Name"
            description="What will use it, as nightly-report. It stands in the audit."
            value={name}
            maxLength={100}
            onChange={(event) => setName(event.currentTarget.value)}
            data-autofocus
          />
          <Select
            label="Role"
            data={roles}
            value={role}
            allowDeselect={false}
            onChange={(chosen) => chosen && setRole(chosen as Role)}
          />
          {create.isError && (
            <Alert color="red" variant="light" role="alert">
              {create.error.message}
            </Alert>
          )}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close}>
              Not now
            </Button>
            <Button
              disabled={name.trim() === ''}
              loading={create.isPending}
              onClick={() => create.mutate()}
              data-testid="create-token"
            >
              Create
            </Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}
