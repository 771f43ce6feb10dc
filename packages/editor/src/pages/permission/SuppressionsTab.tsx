import {
  Alert,
  Badge,
  Button,
  Card,
  Group,
  Modal,
  Skeleton,
  Stack,
  Table,
  Text,
  Textarea,
  TextInput,
  Title,
} from '@mantine/core';
import { IconMailOff, IconSearch } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import type { Suppression } from '../../api/permission.ts';
import { suppressionsQuery } from '../../api/permission.ts';
import { Confirm } from '../../ui/Confirm.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Fault } from '../../ui/Fault.tsx';
import { formatDateTime, formatNumber } from '../../ui/format.ts';
import table from '../../ui/Table.module.css';
import classes from './Permission.module.css';

const reasons: Record<Suppression['reason'], { label: string; color: string }> = {
  bounce: { label: 'bounced', color: 'orange' },
  complaint: { label: 'complained', color: 'red' },
  erasure: { label: 'erased', color: 'gray' },
  manual: { label: 'by hand', color: 'blue' },
};

/** Addresses that nothing is sent to. The list holds hashes alone: an address is found by asking for it. */
export function SuppressionsTab() {
  const client = useQueryClient();
  const [pages, setPages] = useState<string[]>([]);
  const list = useQuery(suppressionsQuery(pages.at(-1)));
  const [removing, setRemoving] = useState<Suppression>();
  const [adding, setAdding] = useState(false);
  const refresh = () => client.invalidateQueries({ queryKey: ['permission', 'suppressions'] });
  const remove = useMutation({
    mutationFn: ({ channel, hash }: Suppression) =>
      api(`/api/permission/suppressions/${encodeURIComponent(channel)}/${hash}`, { method: 'DELETE' }),
    onSuccess: async () => {
      setRemoving(undefined);
      await refresh();
    },
  });
  return (
    <Stack gap="md">
      <SearchCard onRemove={setRemoving} removed={remove.isSuccess ? remove.variables?.hash : undefined} />
      <Card>
        <Group justify="space-between" align="flex-start" mb="sm">
          <div>
            <Title order={2}>On the list</Title>
            <Text size="sm" c="var(--ink-soft)" mt={2}>
              Nothing is sent to them, whoever they belong to and whatever was agreed to.
            </Text>
          </div>
          <Button size="xs" variant="light" onClick={() => setAdding(true)} data-testid="suppress">
            Put addresses on it
          </Button>
        </Group>
        {list.isPending && <Skeleton h={160} aria-busy="true" />}
        {list.isError && <Fault error={list.error} retry={() => void list.refetch()} />}
        {list.data && list.data.counts.length > 0 && (
          <div className={classes.counts}>
            {list.data.counts.map(({ channel, reason, count }) => (
              <Badge key={`${channel} ${reason}`} color={reasons[reason].color} variant="light">
                {formatNumber(count)} {channel} {reasons[reason].label}
              </Badge>
            ))}
          </div>
        )}
        {list.data?.suppressions.length === 0 && pages.length === 0 && (
          <EmptyState icon={<IconMailOff size={22} />} title="Nobody is on the list">
            Addresses come onto it by hard bounces, by complaints, and when somebody is erased.
          </EmptyState>
        )}
        {list.data && list.data.suppressions.length > 0 && (
          <div className={table.frame} style={{ marginTop: 12 }}>
            <Table>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Since</Table.Th>
                  <Table.Th>Channel</Table.Th>
                  <Table.Th>Why</Table.Th>
                  <Table.Th>Learnt from</Table.Th>
                  <Table.Th>Hash</Table.Th>
                  <Table.Th />
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {list.data.suppressions.map((entry) => (
                  <Table.Tr key={`${entry.channel} ${entry.hash}`}>
                    <Table.Td className={`tabular ${table.nowrap}`}>{formatDateTime(entry.at)}</Table.Td>
                    <Table.Td>{entry.channel}</Table.Td>
                    <Table.Td>
                      <Badge color={reasons[entry.reason].color}>{reasons[entry.reason].label}</Badge>
                    </Table.Td>
                    <Table.Td className={table.clip} title={entry.source}>
                      {entry.source}
                    </Table.Td>
                    <Table.Td ff="monospace" fz="xs">
                      {entry.hash.slice(0, 10)}…
                    </Table.Td>
                    <Table.Td ta="right">
                      <Button size="compact-xs" variant="subtle" color="red" onClick={() => setRemoving(entry)}>
                        Take off
                      </Button>
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </div>
        )}
        {(pages.length > 0 || list.data?.next) && (
          <Group justify="flex-end" gap="xs" mt="sm">
            {pages.length > 0 && (
              <Button size="xs" variant="default" onClick={() => setPages(pages.slice(0, -1))}>
                Newer
              </Button>
            )}
            {list.data?.next && (
              <Button size="xs" variant="default" onClick={() => setPages([...pages, list.data.next as string])}>
                Older
              </Button>
            )}
          </Group>
        )}
      </Card>
      <Confirm
        opened={removing !== undefined}
        title="Take this address off the list?"
        action="Take it off"
        busy={remove.isPending}
        onClose={() => setRemoving(undefined)}
        onConfirm={() => removing && remove.mutate(removing)}
      >
        {removing?.reason === 'complaint'
          ? 'Somebody has marked a mail as spam. Write to them again only if they have asked you to.'
          : 'Messages go to it again from the next one on. The audit says who has done this.'}
        {remove.isError && (
          <Alert color="red" variant="light" role="alert" mt="md">
            {remove.error.message}
          </Alert>
        )}
      </Confirm>
      {adding && (
        <AddDialog
          onClose={() => setAdding(false)}
          onAdded={() => {
            setAdding(false);
            void refresh();
          }}
        />
      )}
    </Stack>
  );
}

function SearchCard({ onRemove, removed }: { onRemove: (entry: Suppression) => void; removed: string | undefined }) {
  const [address, setAddress] = useState('');
  const search = useMutation({
    mutationFn: () =>
      api<{ suppression: Suppression | null }>('/api/permission/suppressions/search', {
        json: { channel: address.includes('@') ? 'email' : 'sms', address: address.trim() },
      }),
  });
  const found = search.data?.suppression;
  return (
    <Card>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          search.mutate();
        }}
      >
        <Group align="flex-end" gap="xs">
          <TextInput
            style={{ flex: '1 1 240px' }}
            label="Is an address on the list?"
            description="An e-mail address, or a telephone number for SMS."
            placeholder="ann@example.com"
            leftSection={<IconSearch size={15} />}
            value={address}
            maxLength={320}
            onChange={(event) => {
              setAddress(event.currentTarget.value);
              search.reset();
            }}
          />
          <Button type="submit" variant="default" disabled={address.trim().length < 3} loading={search.isPending}>
            Look
          </Button>
        </Group>
      </form>
      <div aria-live="polite">
        {search.isError && (
          <Alert color="red" variant="light" role="alert" mt="md">
            {search.error.message}
          </Alert>
        )}
        {search.isSuccess && (!found || found.hash === removed) && (
          <Text size="sm" mt="md" data-testid="not-suppressed">
            It is not on the list: messages go to it as consents allow.
          </Text>
        )}
        {found && found.hash !== removed && (
          <Group mt="md" gap="sm" data-testid="suppressed">
            <Badge color={reasons[found.reason].color}>{reasons[found.reason].label}</Badge>
            <Text size="sm">
              since {formatDateTime(found.at)}, learnt from {found.source}
            </Text>
            <Button size="compact-sm" variant="subtle" color="red" onClick={() => onRemove(found)}>
              Take off
            </Button>
          </Group>
        )}
      </div>
    </Card>
  );
}

function AddDialog({ onClose, onAdded }: { onClose: () => void; onAdded: () => void }) {
  const [text, setText] = useState('');
  const addresses = text.split(/[\s,;]+/).filter((line) => line.length >= 3);
  const add = useMutation({
    mutationFn: () => api('/api/permission/suppressions', { json: { channel: 'email', addresses } }),
    onSuccess: onAdded,
  });
  return (
    <Modal opened onClose={onClose} title="Put e-mail addresses on the list">
      <Stack gap="md">
        <Textarea
          label="Addresses"
          description="One a line, as those that another system has brought. Only their hashes are kept."
          autosize
          minRows={4}
          maxRows={12}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          data-autofocus
        />
        {add.isError && (
          <Alert color="red" variant="light" role="alert">
            {add.error.message}
          </Alert>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Not now
          </Button>
          <Button disabled={addresses.length === 0} loading={add.isPending} onClick={() => add.mutate()}>
            Put {formatNumber(addresses.length)} on it
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
