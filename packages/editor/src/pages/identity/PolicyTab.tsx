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
import { IconArrowDown, IconArrowUp, IconPlus, IconTrash } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import type { IdentityForm, IdentityKind, IdentityPolicy, MergeRule } from '../../api/identity.ts';
import { identityPolicyQuery } from '../../api/identity.ts';
import { meQuery } from '../../api/queries.ts';
import { Fault } from '../../ui/Fault.tsx';
import classes from './Identity.module.css';

/** What decides by itself who is who. */
export function PolicyTab() {
  const policy = useQuery({ ...identityPolicyQuery, refetchOnWindowFocus: false });
  if (policy.isPending) return <Skeleton h={420} radius="lg" aria-busy="true" />;
  if (policy.isError) return <Fault error={policy.error} retry={() => void policy.refetch()} />;
  return <PolicyForm key={policy.dataUpdatedAt} stored={policy.data} />;
}

const forms: { value: IdentityForm; label: string }[] = [
  { value: 'exact', label: 'as it is' },
  { value: 'case-insensitive', label: 'without capitals' },
  { value: 'email', label: 'e-mail address' },
  { value: 'phone', label: 'phone number' },
  { value: 'digits', label: 'its figures alone' },
];
const rules: { value: MergeRule; label: string }[] = [
  { value: 'never', label: 'merges nobody' },
  { value: 'anonymous', label: 'merges who is unknown' },
  { value: 'always', label: 'merges anybody' },
];

function PolicyForm({ stored }: { stored: IdentityPolicy }) {
  const client = useQueryClient();
  const { data: me } = useQuery(meQuery);
  const [policy, setPolicy] = useState(stored);
  const change = (changed: Partial<IdentityPolicy>) => setPolicy((before) => ({ ...before, ...changed }));
  const dirty = JSON.stringify(policy) !== JSON.stringify(stored);
  const save = useMutation({
    mutationFn: () => api<IdentityPolicy>('/api/identity/policy', { method: 'PUT', json: policy }),
    onSuccess: (saved) => {
      client.setQueryData(identityPolicyQuery.queryKey, saved);
      notifications.show({
        color: 'teal',
        title: 'The policy holds',
        message: 'For everything that comes in from now on.',
      });
    },
  });
  const { kinds, likeness, email } = policy;
  const setKind = (index: number, changed: Partial<IdentityKind>) =>
    change({ kinds: kinds.with(index, { ...(kinds[index] as IdentityKind), ...changed }) });
  const move = (index: number, by: number) => {
    const moved = kinds.toSpliced(index, 1);
    moved.splice(index + by, 0, kinds[index] as IdentityKind);
    change({ kinds: moved });
  };
  const percent = (value: number) => Math.round(value * 1000) / 10;
  return (
    <Stack gap="md">
      <Card data-testid="identity-keys">
        <Title order={2}>Keys</Title>
        <Text size="sm" c="var(--ink-soft)" mt={2} mb="md">
          What a customer is known by, the key that counts most first. A value has one form wherever it comes from; one
          that is beyond the limit, or stands for nobody, is told and not taken.
        </Text>
        <div className={classes.kinds}>
          <div className={`${classes.kind} ${classes.heads}`} aria-hidden>
            <span>Order</span>
            <span>Kind</span>
            <span>Read as</span>
            <span>At most</span>
            <span>Named with a better key</span>
          </div>
          {kinds.map((kind, index) => (
            <div key={index} className={classes.kind}>
              <Group gap={2} wrap="nowrap">
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  size="sm"
                  disabled={index === 0}
                  aria-label={`${kind.kind} counts more`}
                  onClick={() => move(index, -1)}
                >
                  <IconArrowUp size={14} />
                </ActionIcon>
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  size="sm"
                  disabled={index === kinds.length - 1}
                  aria-label={`${kind.kind} counts less`}
                  onClick={() => move(index, 1)}
                >
                  <IconArrowDown size={14} />
                </ActionIcon>
              </Group>
              {kind.kind === '*' ? (
                <span>any other kind</span>
              ) : (
                <TextInput
                  size="xs"
                  aria-label="Kind"
                  value={kind.kind}
                  onChange={(event) => setKind(index, { kind: event.currentTarget.value })}
                />
              )}
              <Select
                size="xs"
                aria-label="Read as"
                allowDeselect={false}
                data={forms}
                value={kind.form}
                onChange={(form) => form && setKind(index, { form: form as IdentityForm })}
              />
              <NumberInput
                size="xs"
                min={1}
                max={100_000}
                allowDecimal={false}
                placeholder="any number"
                aria-label={`At most so many of ${kind.kind}`}
                value={kind.limit ?? ''}
                onChange={(limit) => setKind(index, { limit: typeof limit === 'number' ? limit : null })}
              />
              <Select
                size="xs"
                aria-label="Named with a better key"
                allowDeselect={false}
                data={rules}
                value={kind.merge}
                onChange={(merge) => merge && setKind(index, { merge: merge as MergeRule })}
              />
              {kind.kind === '*' ? (
                <span />
              ) : (
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={`Remove ${kind.kind}`}
                  onClick={() => change({ kinds: kinds.toSpliced(index, 1) })}
                >
                  <IconTrash size={15} />
                </ActionIcon>
              )}
            </div>
          ))}
        </div>
        <Button
          mt="sm"
          size="compact-sm"
          variant="light"
          style={{ alignSelf: 'flex-start' }}
          leftSection={<IconPlus size={14} />}
          onClick={() => change({ kinds: [...kinds, { kind: '', form: 'exact', limit: null, merge: 'never' }] })}
        >
          Add a kind
        </Button>
        <Stack gap="md" mt="lg">
          <Group gap="md" align="flex-start" grow>
            <TextInput
              label="Country"
              description="Where a phone number without a country code is from, as GB"
              maxLength={2}
              value={policy.country}
              onChange={(event) => change({ country: event.currentTarget.value.toUpperCase() })}
            />
            <TagsInput
              label="Values that stand for nobody"
              description="Besides null, unknown, rows of zeros and their like"
              value={policy.blocked}
              onChange={(blocked) => change({ blocked })}
            />
          </Group>
          <Group gap="md" align="flex-start" grow>
            <Switch
              mt={28}
              label="ann+shop@example.com is ann@example.com"
              checked={email.dropTags}
              onChange={(event) => change({ email: { ...email, dropTags: event.currentTarget.checked } })}
            />
            <TagsInput
              label="Dots before the @ do not count at"
              description="As gmail.com"
              value={email.dropDotsAt}
              onChange={(dropDotsAt) => change({ email: { ...email, dropDotsAt } })}
            />
          </Group>
        </Stack>
      </Card>
      <Card data-testid="identity-likeness">
        <Title order={2}>Likeness</Title>
        <Text size="sm" c="var(--ink-soft)" mt={2} mb="md">
          How certain it must be that two customers are one, by name, birth date, address, e-mail and phone together.
        </Text>
        <Group gap="md" align="flex-start" grow>
          <NumberInput
            label="Merged from"
            suffix=" %"
            min={50}
            max={100}
            decimalScale={1}
            value={percent(likeness.merge)}
            onChange={(value) => typeof value === 'number' && change({ likeness: { ...likeness, merge: value / 100 } })}
          />
          <NumberInput
            label="Proposed from"
            suffix=" %"
            min={0}
            max={100}
            decimalScale={1}
            value={percent(likeness.propose)}
            onChange={(value) =>
              typeof value === 'number' && change({ likeness: { ...likeness, propose: value / 100 } })
            }
          />
          <Select
            label="03/04/1980 is"
            allowDeselect={false}
            data={[
              { value: 'dayFirst', label: '3 April 1980' },
              { value: 'monthFirst', label: '4 March 1980' },
            ]}
            value={likeness.dates}
            onChange={(dates) =>
              dates && change({ likeness: { ...likeness, dates: dates as IdentityPolicy['likeness']['dates'] } })
            }
          />
        </Group>
      </Card>
      {save.isError && (
        <Alert color="red" variant="light" role="alert" title="The policy was not saved">
          {save.error.message}
        </Alert>
      )}
      <Group justify="flex-end" gap="xs">
        {me?.role !== undefined && me.role !== 'admin' && (
          <Text size="sm" c="var(--ink-soft)">
            An administrator sets the policy.
          </Text>
        )}
        {dirty && (
          <Button variant="default" onClick={() => setPolicy(stored)}>
            Discard
          </Button>
        )}
        <Button
          disabled={!dirty || me?.role !== 'admin'}
          loading={save.isPending}
          onClick={() => save.mutate()}
          data-testid="save-identity-policy"
        >
          Save the policy
        </Button>
      </Group>
    </Stack>
  );
}
