import {
  ActionIcon,
  Anchor,
  Button,
  CopyButton,
  Group,
  MultiSelect,
  Stack,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { IconCopy, IconExternalLink, IconTrash } from '@tabler/icons-react';
import type { Purpose, SubscribeForm } from '../../api/permission.ts';
import classes from './Permission.module.css';

interface Props {
  form: SubscribeForm;
  /** Those that a form can ask about. */
  purposes: readonly Purpose[];
  publicURL: string | null;
  onChange: (form: SubscribeForm) => void;
  onRemove: () => void;
}

export function FormEntry({ form, purposes, publicURL, onChange, onRemove }: Props) {
  const set = (changed: Partial<SubscribeForm>) => onChange({ ...form, ...changed });
  const address = publicURL === null || form.id === '' ? undefined : `${publicURL}/subscribe/${form.id}`;
  return (
    <Stack gap="sm" className={classes.entry}>
      <div className={classes.pair}>
        <TextInput
          label="Name"
          description="In its address; small letters."
          placeholder="newsletter"
          value={form.id}
          maxLength={60}
          onChange={(event) => set({ id: event.currentTarget.value })}
        />
        <TextInput
          label="Title"
          description="As people read it."
          value={form.title}
          maxLength={200}
          onChange={(event) => set({ title: event.currentTarget.value })}
        />
      </div>
      <Textarea
        label="Text"
        autosize
        value={form.text}
        maxLength={2000}
        onChange={(event) => set({ text: event.currentTarget.value })}
      />
      <div className={classes.pair}>
        <MultiSelect
          label="Asks about"
          data={purposes
            .map(({ id, label }) => ({ value: id, label: label || id }))
            .filter(({ value }) => value !== '')}
          value={form.purposes}
          onChange={(chosen) => set({ purposes: chosen })}
        />
        <TextInput
          label="Then leads to"
          placeholder="a page of this installation"
          value={form.thanks ?? ''}
          maxLength={2000}
          onChange={(event) => {
            const { thanks: _, ...rest } = form;
            const text = event.currentTarget.value.trim();
            onChange(text === '' ? rest : { ...rest, thanks: text });
          }}
        />
      </div>
      {address && <Snippet address={address} purposes={form.purposes} />}
      <Group justify="space-between">
        {address ? (
          <Anchor href={address} target="_blank" rel="noreferrer" size="sm">
            <Group gap={4} component="span">
              Its page <IconExternalLink size={14} />
            </Group>
          </Anchor>
        ) : (
          <Text size="sm" c="var(--ink-soft)">
            Its address is known once the form has a name and the installation a public address.
          </Text>
        )}
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={`Remove the form ${form.title || form.id}`}
          onClick={onRemove}
        >
          <IconTrash size={16} />
        </ActionIcon>
      </Group>
    </Stack>
  );
}

/** What a website needs to show the form: no script, and a field that only programs fill in. */
function Snippet({ address, purposes }: { address: string; purposes: readonly string[] }) {
  const html = [
    `<form method="post" action="${address}">`,
    '  <label>E-mail <input type="email" name="email" required></label>',
    ...purposes.map((purpose) => `  <input type="hidden" name="purpose" value="${purpose}">`),
    '  <input name="website" tabindex="-1" autocomplete="off" aria-hidden="true" style="position:absolute;left:-9999px">',
    '  <button>Sign up</button>',
    '</form>',
  ].join('\n');
  return (
    <div>
      <Textarea
        label="For your website"
        readOnly
        autosize
        value={html}
        classNames={{ input: classes.snippet ?? '' }}
        aria-label="The form for your website"
      />
      <Group justify="flex-end" mt={4}>
        <CopyButton value={html}>
          {({ copied, copy }) => (
            <Button size="compact-xs" variant="subtle" leftSection={<IconCopy size={13} />} onClick={copy}>
              {copied ? 'Copied' : 'Copy'}
            </Button>
          )}
        </CopyButton>
      </Group>
    </div>
  );
}
