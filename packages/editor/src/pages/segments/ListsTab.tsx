import { Button, Group, Modal, Skeleton, Stack, Table, Text, TextInput } from '@mantine/core';
import { IconList, IconPlus } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { listsQuery, type StaticList } from '../../api/segments.ts';
import { freeName, slug } from '../../document/names.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Fault } from '../../ui/Fault.tsx';
import { formatDateTime, formatNumber, plural } from '../../ui/format.ts';
import table from '../../ui/Table.module.css';
import { ListDialog } from './ListDialog.tsx';
import classes from './Segments.module.css';

/** Lists of customers whom somebody has named one by one: guests of an evening, whoever wrote to the board. */
export function ListsTab() {
  const lists = useQuery({ ...listsQuery, refetchOnMount: 'always' });
  const [creating, setCreating] = useState(false);
  const [open, setOpen] = useState<string>();
  const none = lists.data?.length === 0;
  const opened = lists.data?.find(({ id }) => id === open);
  const create = (
    <Button leftSection={<IconPlus size={16} />} onClick={() => setCreating(true)} data-testid="create-list">
      New list
    </Button>
  );
  return (
    <>
      {lists.isPending && <Skeleton h={120} aria-busy="true" />}
      {lists.isError && <Fault error={lists.error} retry={() => void lists.refetch()} />}
      {none && (
        <EmptyState icon={<IconList size={24} />} title="No lists yet" action={create}>
          A list holds customers whom you name one by one. It does not change by itself; rules can ask who is on it.
        </EmptyState>
      )}
      {lists.data && !none && (
        <>
          <Group justify="space-between" mb="sm">
            <Text size="sm" c="var(--ink-soft)">
              {plural(lists.data.length, 'list')}
            </Text>
            {create}
          </Group>
          <div className={table.frame}>
            <Table data-testid="lists">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>List</Table.Th>
                  <Table.Th className={classes.number}>Customers</Table.Th>
                  <Table.Th>Changed</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {lists.data.map((list) => (
                  <Table.Tr key={list.id} data-testid={`list-${list.id}`}>
                    <Table.Td className={classes.name}>
                      <button type="button" className={classes.open} onClick={() => setOpen(list.id)}>
                        {list.name}
                      </button>
                      <code className={classes.id}>{list.id}</code>
                    </Table.Td>
                    <Table.Td className={`${classes.number} tabular`}>{formatNumber(list.count)}</Table.Td>
                    <Table.Td className={`${table.nowrap} tabular soft`}>{formatDateTime(list.updatedAt)}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </div>
        </>
      )}
      {creating && (
        <CreateList
          taken={new Set(lists.data?.map(({ id }) => id))}
          onClose={() => setCreating(false)}
          onCreated={(id) => {
            setCreating(false);
            setOpen(id);
          }}
        />
      )}
      {opened && <ListDialog list={opened} onClose={() => setOpen(undefined)} />}
    </>
  );
}

interface CreateProps {
  taken: ReadonlySet<string>;
  onClose: () => void;
  onCreated: (id: string) => void;
}

function CreateList({ taken, onClose, onCreated }: CreateProps) {
  const client = useQueryClient();
  const [name, setName] = useState('');
  const id = freeName(slug(name).slice(0, 60) || 'list', taken);
  const create = useMutation({
    mutationFn: () =>
      api<StaticList>(`/api/lists/${encodeURIComponent(id)}`, { method: 'PUT', json: { name: name.trim() } }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['lists'] });
      onCreated(id);
    },
  });
  return (
    <Modal opened onClose={onClose} title="New list">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate();
        }}
      >
        <Stack gap="md">
          <TextInput
            label="Name"
            placeholder="Guests of the spring evening"
            data-autofocus
            required
            maxLength={200}
            value={name}
            error={create.error?.message}
            onChange={(event) => setName(event.currentTarget.value)}
            data-testid="list-name"
          />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" disabled={name.trim() === ''} loading={create.isPending} data-testid="save-list">
              Create
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
