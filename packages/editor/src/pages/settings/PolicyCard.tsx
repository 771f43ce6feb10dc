import {
  ActionIcon,
  Alert,
  Button,
  Card,
  Group,
  NumberInput,
  Select,
  Skeleton,
  Stack,
  Switch,
  TagsInput,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import type { ContactPolicy } from '../../api/settings.ts';
import { policyQuery } from '../../api/settings.ts';
import { DurationInput } from '../../inspector/DurationInput.tsx';
import { Fault } from '../../ui/Fault.tsx';
import classes from './Settings.module.css';

/** One policy over all loops, asked again for every message at the moment of sending. */
export function PolicyCard() {
  const policy = useQuery({ ...policyQuery, refetchOnWindowFocus: false });
  if (policy.isPending) return <Skeleton h={320} radius="lg" aria-busy="true" />;
  if (policy.isError) return <Fault error={policy.error} retry={() => void policy.refetch()} />;
  return <PolicyForm key={policy.dataUpdatedAt} stored={policy.data} />;
}

const channels = [
  { value: '*', label: 'all channels together' },
  { value: 'email', label: 'e-mail' },
  { value: 'phone', label: 'telephone' },
  { value: 'sms', label: 'SMS' },
  { value: 'push', label: 'push' },
];
const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].map((label, i) => ({ value: String(i + 1), label }));

function PolicyForm({ stored }: { stored: ContactPolicy }) {
  const client = useQueryClient();
  const [policy, setPolicy] = useState(stored);
  const change = (changed: Partial<ContactPolicy>) => setPolicy((before) => ({ ...before, ...changed }));
  const dirty = JSON.stringify(policy) !== JSON.stringify(stored);
  const save = useMutation({
    mutationFn: () => api<ContactPolicy>('/api/policy', { method: 'PUT', json: policy }),
    onSuccess: (saved) => {
      client.setQueryData(policyQuery.queryKey, saved);
      notifications.show({
        color: 'teal',
        title: 'The policy holds',
        message: 'From the next message on, in every loop.',
      });
    },
  });
  const { caps, quietHours, complaints } = policy;
  return (
    <Card data-testid="policy">
      <Title order={2}>Contact policy</Title>
      <Text size="sm" c="var(--ink-soft)" mt={2} mb="md">
        Asked for every message at the moment of sending, over all loops. Consent is always asked; these rules come on
        top. Days and hours are the customer’s own.
      </Text>
      <Stack gap="lg">
        <TagsInput
          label="Marketing is"
          description="The purposes that these rules hold back. Anything else, as a bill, always goes out."
          value={policy.marketingPurposes}
          onChange={(marketingPurposes) => change({ marketingPurposes })}
        />
        <Rows
          title="At most"
          empty="As many messages as the loops want to send."
          add="Add a limit"
          onAdd={() => change({ caps: [...caps, { channel: '*', per: 'week', max: 3, beyond: 'suppress' }] })}
        >
          {caps.map((cap, index) => {
            const set = (changed: Partial<typeof cap>) => change({ caps: caps.with(index, { ...cap, ...changed }) });
            return (
              <div key={index} className={classes.row}>
                <NumberInput
                  size="xs"
                  w={80}
                  min={0}
                  max={10_000}
                  allowDecimal={false}
                  aria-label="How many"
                  value={cap.max}
                  onChange={(max) => typeof max === 'number' && set({ max })}
                />
                <span>by</span>
                <Channel value={cap.channel} onChange={(channel) => set({ channel })} />
                <Select
                  size="xs"
                  w={100}
                  aria-label="Per"
                  allowDeselect={false}
                  data={[
                    { value: 'day', label: 'a day' },
                    { value: 'week', label: 'a week' },
                  ]}
                  value={cap.per}
                  onChange={(per) => set({ per: per === 'day' ? 'day' : 'week' })}
                />
                <Select
                  size="xs"
                  w={170}
                  aria-label="What becomes of the others"
                  allowDeselect={false}
                  data={[
                    { value: 'suppress', label: 'others are not sent' },
                    { value: 'hold', label: 'others are held back' },
                  ]}
                  value={cap.beyond}
                  onChange={(beyond) => set({ beyond: beyond === 'hold' ? 'hold' : 'suppress' })}
                />
                <Remove what="limit" onClick={() => change({ caps: caps.toSpliced(index, 1) })} />
              </div>
            );
          })}
        </Rows>
        <Rows
          title="Quiet hours"
          empty="Messages go out around the clock."
          add="Add quiet hours"
          onAdd={() => change({ quietHours: [...quietHours, { channel: '*', from: '21:00', to: '08:00', days: [] }] })}
        >
          {quietHours.map((quiet, index) => {
            const set = (changed: Partial<typeof quiet>) =>
              change({ quietHours: quietHours.with(index, { ...quiet, ...changed }) });
            return (
              <div key={index} className={classes.row}>
                <Channel value={quiet.channel} onChange={(channel) => set({ channel })} />
                <span>from</span>
                <TextInput
                  size="xs"
                  type="time"
                  aria-label="From"
                  value={quiet.from}
                  onChange={(event) => set({ from: event.currentTarget.value })}
                />
                <span>to</span>
                <TextInput
                  size="xs"
                  type="time"
                  aria-label="To"
                  value={quiet.to}
                  onChange={(event) => set({ to: event.currentTarget.value })}
                />
                <div className={classes.days} role="group" aria-label="Whole days">
                  <span>and all day</span>
                  {days.map(({ value, label }) => (
                    <Button
                      key={value}
                      size="compact-xs"
                      variant={quiet.days.includes(Number(value)) ? 'filled' : 'default'}
                      aria-pressed={quiet.days.includes(Number(value))}
                      onClick={() =>
                        set({
                          days: quiet.days.includes(Number(value))
                            ? quiet.days.filter((day) => day !== Number(value))
                            : [...quiet.days, Number(value)].sort((a, b) => a - b),
                        })
                      }
                    >
                      {label}
                    </Button>
                  ))}
                </div>
                <Remove what="quiet hours" onClick={() => change({ quietHours: quietHours.toSpliced(index, 1) })} />
              </div>
            );
          })}
        </Rows>
        <div>
          <Switch
            label="No marketing while a complaint is open"
            checked={complaints !== null}
            onChange={(event) =>
              change({
                complaints: event.currentTarget.checked
                  ? { opened: ['complaint'], closed: ['complaint resolved'], atMost: 'P30D' }
                  : null,
              })
            }
          />
          {complaints && (
            <div className={classes.complaints}>
              <TagsInput
                size="xs"
                label="Opened by the event"
                value={complaints.opened}
                onChange={(opened) => change({ complaints: { ...complaints, opened } })}
              />
              <TagsInput
                size="xs"
                label="Closed by the event"
                value={complaints.closed}
                onChange={(closed) => change({ complaints: { ...complaints, closed } })}
              />
              <div>
                <Text size="xs" fw={500} mb={4}>
                  Or after
                </Text>
                <DurationInput
                  value={complaints.atMost}
                  label="After how long a complaint counts as closed"
                  onChange={(atMost) => change({ complaints: { ...complaints, atMost } })}
                />
              </div>
            </div>
          )}
        </div>
        {save.isError && (
          <Alert color="red" variant="light" role="alert" title="The policy was not saved">
            {save.error.message}
          </Alert>
        )}
        <Group justify="flex-end" gap="xs">
          {dirty && (
            <Button variant="default" onClick={() => setPolicy(stored)}>
              Discard
            </Button>
          )}
          <Button disabled={!dirty} loading={save.isPending} onClick={() => save.mutate()} data-testid="save-policy">
            Save the policy
          </Button>
        </Group>
      </Stack>
    </Card>
  );
}

const Channel = ({ value, onChange }: { value: string; onChange: (channel: string) => void }) => (
  <Select
    size="xs"
    w={180}
    aria-label="Channel"
    allowDeselect={false}
    data={channels.some((channel) => channel.value === value) ? channels : [...channels, { value, label: value }]}
    value={value}
    onChange={(channel) => channel && onChange(channel)}
  />
);

const Remove = ({ what, onClick }: { what: string; onClick: () => void }) => (
  <ActionIcon variant="subtle" color="gray" aria-label={`Remove the ${what}`} onClick={onClick}>
    <IconTrash size={15} />
  </ActionIcon>
);

function Rows({
  title,
  empty,
  add,
  onAdd,
  children,
}: {
  title: string;
  empty: string;
  add: string;
  onAdd: () => void;
  children: readonly ReactNode[];
}) {
  return (
    <div>
      <Text size="sm" fw={500} mb={6}>
        {title}
      </Text>
      <Stack gap={8} align="flex-start">
        {children.length === 0 ? (
          <Text size="sm" c="var(--ink-soft)">
            {empty}
          </Text>
        ) : (
          children
        )}
        <Button size="compact-sm" variant="light" leftSection={<IconPlus size={14} />} onClick={onAdd}>
          {add}
        </Button>
      </Stack>
    </div>
  );
}
