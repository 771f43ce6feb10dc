import { Alert, Button, FileInput, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import type { Loop } from '@osicam/engine/loop';
import { IconFileImport } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { api } from '../api/client.ts';
import type { LoopDetail } from '../api/contract.ts';
import { freeName, slug } from '../document/names.ts';
import { readLoopFile } from './loop-file.ts';

interface Props {
  from: 'name' | 'file' | undefined;
  taken: readonly string[];
  onClose: () => void;
}

export function NewLoop({ from, taken, onClose }: Props) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState('');
  const [file, setFile] = useState<File | null>(null);
  const [document, setDocument] = useState<Loop>();
  const [unreadable, setUnreadable] = useState<string>();
  const id = slug(name) ? freeName(slug(name), new Set(taken)) : '';
  const create = useMutation({
    mutationFn: () =>
      api<LoopDetail>('/api/loops', {
        json: { id, name: name.trim(), ...(document ? { document: { ...document, id, name: name.trim() } } : {}) },
      }),
    onSuccess: async (loop) => {
      await client.invalidateQueries({ queryKey: ['loops'] });
      onClose();
      await navigate({ to: '/loops/$loopId', params: { loopId: loop.id } });
    },
  });
  const { reset } = create;

  useEffect(() => {
    if (!from) return;
    setName('');
    setFile(null);
    setDocument(undefined);
    setUnreadable(undefined);
    reset();
  }, [from, reset]);

  const read = async (chosen: File | null) => {
    setFile(chosen);
    setDocument(undefined);
    setUnreadable(undefined);
    if (!chosen) return;
    const result = await readLoopFile(chosen);
    if ('problem' in result) return setUnreadable(result.problem);
    setDocument(result.loop);
    setName(result.loop.name);
  };

  return (
    <Modal opened={from !== undefined} onClose={onClose} title={from === 'file' ? 'Import a loop' : 'New loop'}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (id && (from === 'name' || document)) create.mutate();
        }}
      >
        <Stack gap="md">
          {from === 'file' && (
            <FileInput
              label="Loop file"
              description="A *.loop.json, as the export of a loop gives it. Importing runs nothing."
              placeholder="Choose a file"
              accept=".json,application/json"
              leftSection={<IconFileImport size={16} />}
              value={file}
              onChange={(chosen) => void read(chosen)}
              error={unreadable}
            />
          )}
          <TextInput
            label="Name"
            placeholder="Churn rescue"
            data-autofocus
            required
            maxLength={200}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Text size="xs" c="var(--ink-soft)" mt={-8}>
            {id ? (
              <>
                Its id, for files and addresses: <code>{id}</code>
              </>
            ) : (
              'Its id is made from the name.'
            )}
          </Text>
          {create.isError && (
            <Alert color="red" variant="light" role="alert">
              {create.error.message}
            </Alert>
          )}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={create.isPending} disabled={!id || (from === 'file' && !document)}>
              {from === 'file' ? 'Import' : 'Create'}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
