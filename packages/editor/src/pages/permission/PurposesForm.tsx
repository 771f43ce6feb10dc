import {
  Alert,
  Button,
  Card,
  Group,
  Input,
  JsonInput,
  NumberInput,
  Stack,
  Text,
  Textarea,
  TextInput,
  Title,
} from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconPlus } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import type { PermissionPolicy, PermissionState } from '../../api/permission.ts';
import { permissionQuery } from '../../api/permission.ts';
import { DurationInput } from '../../inspector/DurationInput.tsx';
import { FormEntry } from './FormEntry.tsx';
import classes from './Permission.module.css';
import { PurposeEntry } from './PurposeEntry.tsx';

/** The whole document, saved at once: it holds from the next message on. */
export function PurposesForm({ stored, publicURL }: { stored: PermissionPolicy; publicURL: string | null }) {
  const client = useQueryClient();
  const [policy, setPolicy] = useState(stored);
  const [words, setWords] = useState(() => JSON.stringify(stored.texts, null, 2));
  const change = (changed: Partial<PermissionPolicy>) => setPolicy((before) => ({ ...before, ...changed }));
  const texts = readTexts(words);
  const next = { ...policy, ...(texts ? { texts } : {}) };
  const dirty = JSON.stringify(next) !== JSON.stringify(stored) || texts === undefined;
  const save = useMutation({
    mutationFn: () => api<PermissionState>('/api/permission/policy', { method: 'PUT', json: next }),
    onSuccess: (saved) => {
      client.setQueryData(permissionQuery.queryKey, saved);
      notifications.show({
        color: 'teal',
        title: 'Saved',
        message: 'It holds from the next message on, in every loop.',
      });
    },
  });
  const { purposes, forms, optIn, bounces } = policy;
  return (
    <Stack gap="md" data-testid="permission-policy">
      <Card>
        <Title order={2}>Who writes</Title>
        <Text size="sm" c="var(--ink-soft)" mt={2} mb="md">
          As people see it on the pages that mails lead to.
        </Text>
        <Stack gap="sm">
          <div className={classes.pair}>
            <TextInput
              label="Organisation"
              value={policy.organisation}
              maxLength={200}
              onChange={(event) => change({ organisation: event.currentTarget.value })}
            />
            <TextInput
              label="Sender of confirmation mails"
              placeholder="as your loops write"
              value={policy.from}
              maxLength={320}
              onChange={(event) => change({ from: event.currentTarget.value })}
            />
            <TextInput
              label="Language where a person’s is not known"
              placeholder="en"
              value={policy.language}
              maxLength={35}
              onChange={(event) => change({ language: event.currentTarget.value.trim() })}
            />
          </div>
          <Textarea
            label="Imprint"
            description="At the foot of pages and mails."
            autosize
            minRows={2}
            value={policy.imprint}
            maxLength={2000}
            onChange={(event) => change({ imprint: event.currentTarget.value })}
          />
        </Stack>
      </Card>

      <Card>
        <Title order={2}>Purposes</Title>
        <Text size="sm" c="var(--ink-soft)" mt={2} mb="md">
          What messages are for, as nodes and consents name it. A purpose that is not declared works too, by its own
          name.
        </Text>
        <Stack gap="sm" align="stretch">
          {purposes.length === 0 && (
            <Text size="sm" c="var(--ink-soft)">
              None yet. Declared ones have a label on the preference page, and a legal basis that binds every loop.
            </Text>
          )}
          {purposes.map((purpose, index) => (
            <PurposeEntry
              key={index}
              purpose={purpose}
              onChange={(changed) => change({ purposes: purposes.with(index, changed) })}
              onRemove={() => change({ purposes: purposes.toSpliced(index, 1) })}
            />
          ))}
          <Group>
            <Button
              size="compact-sm"
              variant="light"
              leftSection={<IconPlus size={14} />}
              data-testid="add-purpose"
              onClick={() =>
                change({
                  purposes: [
                    ...purposes,
                    { id: '', label: '', description: '', basis: 'consent', channels: ['email'], doubleOptIn: true },
                  ],
                })
              }
            >
              Add a purpose
            </Button>
          </Group>
        </Stack>
      </Card>

      <Card>
        <Title order={2}>Sign-up forms</Title>
        <Text size="sm" c="var(--ink-soft)" mt={2} mb="md">
          Each has a page of its own and can be put on any website. Nobody is written to before the click in the mail.
        </Text>
        <Stack gap="sm">
          {forms.map((form, index) => (
            <FormEntry
              key={index}
              form={form}
              purposes={purposes.filter(({ basis, channels }) => basis !== 'contract' && channels.includes('email'))}
              publicURL={publicURL}
              onChange={(changed) => change({ forms: forms.with(index, changed) })}
              onRemove={() => change({ forms: forms.toSpliced(index, 1) })}
            />
          ))}
          <Group>
            <Button
              size="compact-sm"
              variant="light"
              leftSection={<IconPlus size={14} />}
              onClick={() => change({ forms: [...forms, { id: '', title: '', text: '', purposes: [] }] })}
            >
              Add a form
            </Button>
          </Group>
        </Stack>
      </Card>

      <Card>
        <Title order={2}>Limits</Title>
        <Text size="sm" c="var(--ink-soft)" mt={2} mb="md">
          How often somebody is asked, and how much an address may bounce.
        </Text>
        <div className={classes.pair}>
          <Input.Wrapper size="xs" label="A link to confirm works for">
            <DurationInput
              label="A link to confirm works for"
              value={optIn.expires}
              onChange={(expires) => change({ optIn: { ...optIn, expires } })}
            />
          </Input.Wrapper>
          <NumberInput
            size="xs"
            label="Confirmation mails to one address"
            min={1}
            max={20}
            allowDecimal={false}
            value={optIn.mails}
            onChange={(mails) => typeof mails === 'number' && change({ optIn: { ...optIn, mails } })}
          />
          <Input.Wrapper size="xs" label="Sent within">
            <DurationInput
              label="Sent within"
              value={optIn.within}
              onChange={(within) => change({ optIn: { ...optIn, within } })}
            />
          </Input.Wrapper>
          <NumberInput
            size="xs"
            label="Soft bounces that count as a hard one"
            min={1}
            max={100}
            allowDecimal={false}
            value={bounces.soft}
            onChange={(soft) => typeof soft === 'number' && change({ bounces: { ...bounces, soft } })}
          />
          <Input.Wrapper size="xs" label="Bounced within">
            <DurationInput
              label="Bounced within"
              value={bounces.within}
              onChange={(within) => change({ bounces: { ...bounces, within } })}
            />
          </Input.Wrapper>
        </div>
      </Card>

      <Card>
        <JsonInput
          label="Words in other languages"
          description="Language → key → text, as { &quot;fr&quot;: { &quot;unsubscribe.title&quot;: &quot;Se désabonner&quot;, &quot;purpose.news&quot;: &quot;Infolettre&quot; } }. English and German are built in."
          autosize
          minRows={3}
          maxRows={16}
          value={words}
          onChange={setWords}
          error={texts ? undefined : 'expected JSON: languages with keys and texts'}
        />
      </Card>

      <Stack gap="xs" {...(dirty ? { className: classes.save } : {})}>
        {save.isError && (
          <Alert color="red" variant="light" role="alert" title="It was not saved">
            {save.error.message}
          </Alert>
        )}
        <Group justify="flex-end" gap="xs">
          {dirty && (
            <Button
              variant="default"
              onClick={() => {
                setPolicy(stored);
                setWords(JSON.stringify(stored.texts, null, 2));
                save.reset();
              }}
            >
              Discard
            </Button>
          )}
          <Button
            disabled={!dirty || texts === undefined}
            loading={save.isPending}
            onClick={() => save.mutate()}
            data-testid="save-permission"
          >
            Save
          </Button>
        </Group>
      </Stack>
    </Stack>
  );
}

function readTexts(words: string): PermissionPolicy['texts'] | undefined {
  try {
    const read = JSON.parse(words.trim() === '' ? '{}' : words) as unknown;
    return typeof read === 'object' && read !== null && !Array.isArray(read)
      ? (read as PermissionPolicy['texts'])
      : undefined;
  } catch {
    return undefined;
  }
}
