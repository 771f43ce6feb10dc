import { ActionIcon, CopyButton, Group, Tooltip } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import classes from './Settings.module.css';

/** Long and secret: whoever knows it may send to it. */
export function HookAddress({ url }: { url: string }) {
  return (
    <Group gap={4} wrap="nowrap">
      <code className={classes.address} title={url}>
        {url}
      </code>
      <CopyButton value={url}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? 'Copied' : 'Copy the address'}>
            <ActionIcon size="sm" variant="subtle" color="gray" onClick={copy} aria-label="Copy the address">
              {copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </Group>
  );
}
