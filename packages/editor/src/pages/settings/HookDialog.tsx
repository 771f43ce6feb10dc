import {
  Alert,
  Button,
  Group,
  JsonInput,
  Modal,
  NativeSelect,
  PasswordInput,
  SimpleGrid,
  Stack,
  Switch,
  Text,
  TextInput,
} from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconDownload } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import type { Hook, HookInput, HookMapping, LastHookCall, TriedHook } from '../../api/hooks.ts';
import { Fault } from '../../ui/Fault.tsx';
import { formatDateTime, plural } from '../../ui/format.ts';
import { HookAddress } from './HookAddress.tsx';
import classes from './Settings.module.css';

const firstMapping: HookMapping = {
  columns: {
    'customer.email': { identity: 'email', trait: 'email' },
    'customer.name': { trait: 'name' },
  },
  events: [
    {
      type: 'order',
      time: 'created_at',
      messageId: 'id',
      properties: { value: { column: 'total', type: 'money', currency: 'EUR' } },
    },
  ],
};
const firstPayload = {
  id: 'o-1001',
  created_at: '2026-03-01T12:00:00Z',
  total: '49.90',
  customer: { email: 'ada@example.com', name: 'Ada Byron' },
};
const schemes = [
  { value: 'body', label: 'HMAC-SHA256 of the body' },
  { value: 'standard', label: 'Standard Webhooks' },
  { value: 'stripe', label: 'as Stripe does' },
];

type Signature = { scheme?: string; header?: string } | undefined;

const parse = (text: string): { value: unknown } | { error: string } => {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    return { error: (error as Error).message };
  }
};

/** A webhook: its name, its mapping tried on a payload as it is written, and how it is signed. */
export function HookDialog({ hook, onClose }: { hook: Hook | undefined; onClose: () => void }) {
  const client = useQueryClient();
  const { signature, ...given } = (hook?.mapping ?? firstMapping) as HookMapping & { signature?: Signature };
  const [name, setName] = useState(hook?.name ?? '');
  const [mapping, setMapping] = useState(JSON.stringify(withoutEmpty(given), null, 2));
  const [payload, setPayload] = useState(JSON.stringify(firstPayload, null, 2));
  const [signed, setSigned] = useState(hook?.signed ?? false);
  const [secret, setSecret] = useState('');
  const [scheme, setScheme] = useState(signature?.scheme ?? 'body');
  const [header, setHeader] = useState(signature?.header ?? '');

  const read = parse(mapping);
  const sample = parse(payload);
  const [asked] = useDebouncedValue(JSON.stringify([read, sample]), 400);
  const tried = useQuery({
    queryKey: ['hook-try', asked],
    queryFn: ({ signal }) =>
      api<TriedHook>('/api/hooks/try', {
        json: {
          mapping: 'value' in read ? read.value : {},
          payload: 'value' in sample ? sample.value : null,
        },
        signal,
      }),
    enabled: 'value' in read && 'value' in sample,
    retry: false,
    placeholderData: (before) => before,
  });
  const last = useMutation({
    mutationFn: () => api<LastHookCall>(`/api/hooks/${hook?.id}/last`),
    onSuccess: ({ body }) => {
      const found = parse(body);
      setPayload('value' in found ? JSON.stringify(found.value, null, 2) : body);
    },
  });
  const save = useMutation({
    mutationFn: () => {
      const document = 'value' in read ? (read.value as HookMapping) : {};
      const input: HookInput = {
        name: name.trim(),
        mapping: signed
          ? { ...document, signature: { scheme, ...(header.trim() ? { header: header.trim() } : {}) } }
          : document,
        ...(signed ? (secret ? { secret } : {}) : { secret: null }),
      };
      return api<Hook>(hook ? `/api/hooks/${hook.id}` : '/api/hooks', {
        method: hook ? 'PUT' : 'POST',
        json: input,
      });
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['hooks'] });
      if (hook) onClose();
    },
  });

  if (save.data && !hook)
    return (
      <Modal opened onClose={onClose} title="Its address">
        <Stack gap="md">
          <Text size="sm">
            Give it to the system that is to send. Whoever knows it may send to it; you find it on this page again.
          </Text>
          <div className={classes.secret} data-testid="hook-url">
            <HookAddress url={save.data.url} />
          </div>
          <Group justify="flex-end">
            <Button onClick={onClose} data-autofocus>
              Done
            </Button>
          </Group>
        </Stack>
      </Modal>
    );
  const needsSecret = signed && !hook?.signed && secret.length < 16;
  return (
    <Modal opened onClose={onClose} title={hook ? hook.name : 'New webhook'} size={1080}>
      <Stack gap="md">
        <TextInput
          label="Name"
          description="Which system sends here."
          value={name}
          maxLength={100}
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
        />
        <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
          <JsonInput
            label="Mapping"
            description="What paths into the payload become. “each” names a list whose items are records; $. begins at the whole payload."
            autosize
            minRows={14}
            maxRows={22}
            spellCheck={false}
            classNames={{ input: classes.code ?? '' }}
            value={mapping}
            error={'error' in read ? `This is not JSON: ${read.error}` : undefined}
            onChange={setMapping}
          />
          <Stack gap={6}>
            <JsonInput
              label="A payload to try it on"
              description="As the other system sends it. Nothing of it is stored."
              autosize
              minRows={8}
              maxRows={12}
              spellCheck={false}
              classNames={{ input: classes.code ?? '' }}
              value={payload}
              error={'error' in sample ? `This is not JSON: ${sample.error}` : undefined}
              onChange={setPayload}
            />
            {hook && (
              <Group gap="xs">
                <Button
                  size="compact-xs"
                  variant="light"
                  leftSection={<IconDownload size={14} />}
                  loading={last.isPending}
                  onClick={() => last.mutate()}
                >
                  Take what came last
                </Button>
                <Text size="xs" c="var(--ink-soft)">
                  {last.isError && 'Nothing came within the last hour.'}
                  {last.data && `${formatDateTime(last.data.at)}: ${last.data.message ?? 'was taken in'}`}
                </Text>
              </Group>
            )}
            <Outcome tried={tried.data} error={tried.error} />
          </Stack>
        </SimpleGrid>
        <Switch
          label="Requests must be signed"
          description="With a secret that both sides know, so that nobody else can send here."
          checked={signed}
          onChange={(event) => setSigned(event.currentTarget.checked)}
        />
        {signed && (
          <Group grow align="flex-start" wrap="wrap" preventGrowOverflow={false}>
            <PasswordInput
              label="Secret"
              description={hook?.signed ? 'Left empty, it stays as it is.' : 'At least 16 characters.'}
              value={secret}
              autoComplete="new-password"
              onChange={(event) => setSecret(event.currentTarget.value)}
            />
            <NativeSelect
              label="Signature"
              description="How the other system signs."
              data={schemes}
              value={scheme}
              onChange={(event) => setScheme(event.currentTarget.value)}
            />
            {scheme !== 'standard' && (
              <TextInput
                label="Header"
                description="Where the signature stands."
                placeholder={scheme === 'stripe' ? 'Stripe-Signature' : 'X-Signature'}
                value={header}
                onChange={(event) => setHeader(event.currentTarget.value)}
              />
            )}
          </Group>
        )}
        {save.isError && <Fault error={save.error} title="It was not saved" />}
        <Group justify="flex-end" gap="xs" className={classes.footer ?? ''}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            loading={save.isPending}
            disabled={name.trim() === '' || 'error' in read || tried.isError || needsSecret}
            onClick={() => save.mutate()}
            data-testid="save-hook"
          >
            {hook ? 'Save' : 'Create'}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

/** What would come of the payload. */
function Outcome({ tried, error }: { tried: TriedHook | undefined; error: Error | null }) {
  if (error)
    return (
      <Alert color="red" variant="light" role="alert">
        <Text size="sm">{error.message}</Text>
      </Alert>
    );
  if (!tried) return null;
  const { records, rejects, misfits } = tried;
  return (
    <div role="status" data-testid="hook-outcome">
      <Text size="sm" fw={600} mb={4}>
        {records.length > 0 ? `Becomes ${plural(records.length, 'record')}` : 'Becomes nothing'}
      </Text>
      {rejects.map(({ path, message }) => (
        <Text key={path} size="sm" c="var(--bad)">
          {path}: {message}
        </Text>
      ))}
      {Object.entries(misfits).map(([path, count]) => (
        <Text key={path} size="sm" c="var(--caution)">
          {plural(count, 'value')} of {path} would not fit the type and stay as they came
        </Text>
      ))}
      {records[0] && <pre className={classes.document}>{JSON.stringify(records[0], null, 2)}</pre>}
    </div>
  );
}

/** What the server has filled in says nothing. */
const withoutEmpty = (mapping: HookMapping): HookMapping =>
  Object.fromEntries(
    Object.entries(mapping).filter(
      ([name, value]) => !(Array.isArray(value) && value.length === 0) && !(name === 'rest' && value === 'ignore'),
    ),
  );
