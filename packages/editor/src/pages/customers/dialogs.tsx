import { Button, Group, Modal, SegmentedControl, Select, Stack, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import type { CustomerView } from '../../api/customer.ts';
import { changeCustomer } from '../../api/customer.ts';
import { loopsQuery } from '../../api/queries.ts';
import { Fault } from '../../ui/Fault.tsx';
import { humanise } from '../../ui/format.ts';
import { useChange } from './use-change.ts';

interface Props {
  view: CustomerView;
  onClose: () => void;
}

interface FrameProps {
  title: string;
  action: string;
  error: Error | null;
  busy: boolean;
  ready: boolean;
  onSave: () => void;
  onClose: () => void;
  children: ReactNode;
}

function Frame({ title, action, error, busy, ready, onSave, onClose, children }: FrameProps) {
  return (
    <Modal opened onClose={onClose} title={title}>
      <form
        onSubmit={(submitted) => {
          submitted.preventDefault();
          if (ready) onSave();
        }}
      >
        <Stack gap="sm">
          {children}
          {error && <Fault error={error} title="It was not saved" />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={busy} disabled={!ready}>
              {action}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

export function AddNote({ view, onClose }: Props) {
  const [note, setNote] = useState('');
  const change = useChange(
    view.id,
    () => changeCustomer(view.id, { note: note.trim() }),
    'The note stands in the timeline',
  );
  return (
    <Frame
      title="Add a note"
      action="Add"
      error={change.error}
      busy={change.isPending}
      ready={note.trim() !== ''}
      onSave={() => change.mutate(undefined, { onSuccess: onClose })}
      onClose={onClose}
    >
      <Textarea
        aria-label="Note"
        placeholder="What the next colleague should know"
        autosize
        minRows={4}
        maxRows={14}
        maxLength={10_000}
        value={note}
        onChange={(typed) => setNote(typed.currentTarget.value)}
        data-autofocus
      />
    </Frame>
  );
}

const known = (values: readonly string[], more: readonly string[]) => [...new Set([...values, ...more])].sort();

export function RecordConsent({ view, onClose }: Props) {
  const [channel, setChannel] = useState<string | null>('email');
  const [purpose, setPurpose] = useState('');
  const [granted, setGranted] = useState('yes');
  const [proof, setProof] = useState('');
  const channels = known(
    view.consents.map((consent) => consent.channel),
    ['email', 'phone', 'sms', 'push', 'letter'],
  );
  const change = useChange(
    view.id,
    () =>
      changeCustomer(view.id, {
        consents: [
          {
            channel: channel ?? '',
            purpose: purpose.trim(),
            granted: granted === 'yes',
            ...(proof.trim() ? { proof: proof.trim() } : {}),
          },
        ],
      }),
    'The answer is recorded',
  );
  return (
    <Frame
      title="Record a consent"
      action="Record"
      error={change.error}
      busy={change.isPending}
      ready={channel !== null && purpose.trim() !== '' && (granted === 'no' || proof.trim() !== '')}
      onSave={() => change.mutate(undefined, { onSuccess: onClose })}
      onClose={onClose}
    >
      <SegmentedControl
        data={[
          { value: 'yes', label: 'Agrees' },
          { value: 'no', label: 'Refuses' },
        ]}
        value={granted}
        onChange={setGranted}
      />
      <Group grow align="flex-start">
        <Select
          label="Channel"
          data={channels.map((value) => ({ value, label: humanise(value) }))}
          value={channel}
          onChange={setChannel}
          allowDeselect={false}
        />
        <TextInput
          label="Purpose"
          placeholder="offers"
          value={purpose}
          onChange={(typed) => setPurpose(typed.currentTarget.value)}
          required
        />
      </Group>
      <TextInput
        label="Proof"
        description={granted === 'yes' ? 'Without proof a consent is worth nothing' : 'Not needed for a refusal'}
        placeholder="Call of 3 March, recording 4711"
        value={proof}
        onChange={(typed) => setProof(typed.currentTarget.value)}
        required={granted === 'yes'}
      />
    </Frame>
  );
}

interface ListRow {
  id: string;
  name: string;
}

export function AddToList({ view, onClose }: Props) {
  const lists = useQuery({ queryKey: ['lists'], queryFn: () => api<ListRow[]>('/api/lists') });
  const [list, setList] = useState<string | null>(null);
  const change = useChange(
    view.id,
    () => api<unknown>(`/api/lists/${encodeURIComponent(list ?? '')}/members`, { json: { keys: [`#${view.id}`] } }),
    'Put on the list',
  );
  return (
    <Frame
      title="Put on a list"
      action="Put there"
      error={change.error ?? lists.error}
      busy={change.isPending}
      ready={list !== null}
      onSave={() => change.mutate(undefined, { onSuccess: onClose })}
      onClose={onClose}
    >
      <Select
        label="List"
        placeholder={lists.data?.length === 0 ? 'No list yet: the page of segments makes one' : 'Choose a list'}
        data={lists.data?.map(({ id, name }) => ({ value: id, label: name })) ?? []}
        value={list}
        onChange={setList}
        searchable
        data-autofocus
      />
    </Frame>
  );
}

export function EnterLoop({ view, onClose }: Props) {
  const loops = useQuery(loopsQuery);
  const [loop, setLoop] = useState<string | null>(null);
  const published = loops.data?.filter((one) => one.published) ?? [];
  const [identity] = view.identities;
  const change = useChange(
    view.id,
    () =>
      api<{ entered: number }>(`/api/loops/${encodeURIComponent(loop ?? '')}/enter`, {
        json: { parties: [{ identities: [identity], traits: {} }] },
      }),
    'Let in, if the loop takes them',
  );
  return (
    <Frame
      title="Let into a loop"
      action="Let in"
      error={change.error ?? loops.error}
      busy={change.isPending}
      ready={loop !== null && identity !== undefined}
      onSave={() => change.mutate(undefined, { onSuccess: onClose })}
      onClose={onClose}
    >
      <Select
        label="Loop"
        description={
          identity
            ? 'Its own rule says whether somebody who was in it before may come again'
            : 'This customer is known by no key, and a loop lets in whom a key names'
        }
        placeholder={published.length === 0 ? 'No loop is published' : 'Choose a loop'}
        data={published.map(({ id, name }) => ({ value: id, label: name }))}
        value={loop}
        onChange={setLoop}
        searchable
        data-autofocus
      />
    </Frame>
  );
}
