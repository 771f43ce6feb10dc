import { Alert, Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import type { ListChange, StaticList } from '../../api/segments.ts';
import { PreviewCard } from './PreviewCard.tsx';
import { plural } from '../../ui/format.ts';

/** Who is on a list, and the way on it and off it: keys as they stand in a letter or a sheet, one a line. */
export function ListDialog({ list, onClose }: { list: StaticList; onClose: () => void }) {
  const client = useQueryClient();
  const [text, setText] = useState('');
  const keys = [...new Set(text.split(/[\n,;\t]+/).map((key) => key.trim()))].filter(Boolean);
  const at = `/api/lists/${encodeURIComponent(list.id)}`;
  const change = useMutation({
    mutationFn: async (method: 'POST' | 'DELETE') => ({
      method,
      told: await api<ListChange>(`${at}/members`, { method, json: { keys } }),
    }),
    onSuccess: ({ told }) => setText(told.unknown.join('\n')),
    onSettled: () =>
      Promise.all(['lists', 'segments', 'segment-preview'].map((key) => client.invalidateQueries({ queryKey: [key] }))),
  });
  const remove = useMutation({
    mutationFn: () => api(at, { method: 'DELETE' }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['lists'] });
      onClose();
    },
  });
  const failed = change.error ?? remove.error;
  return (
    <Modal opened onClose={onClose} title={list.name} size={560} data-testid="list-dialog">
      <Stack gap="md">
        <PreviewCard
          rule={{ combinator: 'and', rules: [{ field: `$list.${list.id}`, operator: '=', value: true }] }}
          segment={undefined}
        />
        <Textarea
          label="Customers to add or to take off"
          description="One a line: an e-mail address or any other key, or # and the id of a customer."
          placeholder={'ann@example.com\nuserId:u-17\n#42'}
          autosize
          minRows={3}
          maxRows={10}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          data-testid="list-keys"
        />
        {change.data && <Outcome {...change.data} />}
        {failed && (
          <Alert color="red" variant="light" role="alert">
            {failed.message}
          </Alert>
        )}
        <Group justify="space-between">
          <Button variant="subtle" color="red" loading={remove.isPending} onClick={() => remove.mutate()}>
            Delete the list
          </Button>
          <Group gap="xs">
            <Button
              variant="default"
              disabled={keys.length === 0}
              loading={change.isPending && change.variables === 'DELETE'}
              onClick={() => change.mutate('DELETE')}
            >
              Take off
            </Button>
            <Button
              disabled={keys.length === 0}
              loading={change.isPending && change.variables === 'POST'}
              onClick={() => change.mutate('POST')}
              data-testid="list-add"
            >
              {keys.length > 1 ? `Add ${plural(keys.length, 'customer')}` : 'Add'}
            </Button>
          </Group>
        </Group>
      </Stack>
    </Modal>
  );
}

function Outcome({ method, told }: { method: 'POST' | 'DELETE'; told: ListChange }) {
  const done = method === 'POST' ? 'put on the list' : 'taken off it';
  const before = method === 'POST' ? 'on it already' : 'not on it';
  return (
    <Text size="sm" role="status" data-testid="list-outcome">
      {plural(told.changed, 'customer')} {done}
      {told.unchanged > 0 && `, ${told.unchanged} ${before}`}
      {told.unknown.length > 0 && `; ${told.unknown.length} unknown to us, left above`}.
    </Text>
  );
}
