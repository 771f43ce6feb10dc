import {
  Alert,
  Badge,
  Button,
  Card,
  Group,
  Modal,
  Select,
  Skeleton,
  Stack,
  Text,
  Textarea,
  TextInput,
  Title,
} from '@mantine/core';
import { IconFileText, IconPlus } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import type { ConsentText, Purpose } from '../../api/permission.ts';
import { consentTextsQuery } from '../../api/permission.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Fault } from '../../ui/Fault.tsx';
import { formatDate } from '../../ui/format.ts';
import classes from './Permission.module.css';

type Draft = Pick<ConsentText, 'purpose' | 'version' | 'content'>;

/** What people agree to, version by version. The newest of a purpose is what they are shown. */
export function TextsTab({ purposes }: { purposes: readonly Purpose[] }) {
  const texts = useQuery(consentTextsQuery);
  const [draft, setDraft] = useState<Draft>();
  const byPurpose = [...Map.groupBy(texts.data ?? [], ({ purpose }) => purpose)];
  const add = (
    <Button
      leftSection={<IconPlus size={16} />}
      onClick={() => setDraft({ purpose: purposes[0]?.id ?? '', version: '', content: '' })}
      data-testid="new-text"
    >
      New wording
    </Button>
  );
  return (
    <>
      {texts.isPending && <Skeleton h={200} radius="lg" aria-busy="true" />}
      {texts.isError && <Fault error={texts.error} retry={() => void texts.refetch()} />}
      {texts.data?.length === 0 && (
        <Card>
          <EmptyState icon={<IconFileText size={22} />} title="No wordings yet" action={add}>
            What people agree to, in exact words. Every consent names the version that stood on the page, so that years
            later it is known what somebody has said yes to.
          </EmptyState>
        </Card>
      )}
      {byPurpose.length > 0 && (
        <Stack gap="md">
          <Group justify="flex-end">{add}</Group>
          {byPurpose.map(([purpose, versions]) => (
            <Card key={purpose}>
              <Title order={2}>{purposes.find(({ id }) => id === purpose)?.label ?? purpose}</Title>
              <Stack gap="md" mt="sm">
                {versions.map((text, i) => (
                  <div key={text.version} data-testid="consent-text">
                    <Group gap="xs" mb={6}>
                      <Text size="sm" fw={600}>
                        {text.version}
                      </Text>
                      {i === 0 && <Badge color="teal">shown now</Badge>}
                      <Text size="sm" c="var(--ink-soft)">
                        {text.usedAt === null
                          ? 'nobody has seen it yet'
                          : `in use since ${formatDate(text.usedAt)}, never changed again`}
                      </Text>
                      {text.usedAt === null && (
                        <Button size="compact-xs" variant="subtle" onClick={() => setDraft(text)}>
                          Change
                        </Button>
                      )}
                    </Group>
                    <div className={classes.wording}>{text.content}</div>
                  </div>
                ))}
              </Stack>
            </Card>
          ))}
        </Stack>
      )}
      {draft && <TextDialog draft={draft} purposes={purposes} onClose={() => setDraft(undefined)} />}
    </>
  );
}

function TextDialog({ draft, purposes, onClose }: { draft: Draft; purposes: readonly Purpose[]; onClose: () => void }) {
  const client = useQueryClient();
  const isNew = draft.version === '';
  const [text, setText] = useState<Draft>({ purpose: draft.purpose, version: draft.version, content: draft.content });
  const save = useMutation({
    mutationFn: () => api('/api/permission/texts', { json: text }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: consentTextsQuery.queryKey });
      onClose();
    },
  });
  const names = [...new Set([...purposes.map(({ id }) => id), draft.purpose])].filter((id) => id !== '');
  return (
    <Modal opened onClose={onClose} title={isNew ? 'New wording' : `Change ${draft.version}`} size="lg">
      <Stack gap="md">
        {names.length > 0 ? (
          <Select
            label="Purpose"
            data={names.map((id) => ({ value: id, label: purposes.find((each) => each.id === id)?.label ?? id }))}
            value={text.purpose}
            allowDeselect={false}
            disabled={!isNew}
            onChange={(purpose) => purpose && setText({ ...text, purpose })}
          />
        ) : (
          <TextInput
            label="Purpose"
            description="As nodes and consents name it."
            value={text.purpose}
            onChange={(event) => setText({ ...text, purpose: event.currentTarget.value })}
          />
        )}
        <TextInput
          label="Version"
          description="What consents name it by, as 2026-11."
          value={text.version}
          maxLength={50}
          disabled={!isNew}
          onChange={(event) => setText({ ...text, version: event.currentTarget.value.trim() })}
          data-autofocus
        />
        <Textarea
          label="Wording"
          autosize
          minRows={4}
          maxRows={16}
          maxLength={20_000}
          value={text.content}
          onChange={(event) => setText({ ...text, content: event.currentTarget.value })}
        />
        {save.isError && (
          <Alert color="red" variant="light" role="alert">
            {save.error.message}
          </Alert>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Not now
          </Button>
          <Button
            disabled={text.purpose === '' || text.version === '' || text.content.trim() === ''}
            loading={save.isPending}
            onClick={() => save.mutate()}
            data-testid="save-text"
          >
            Save
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
