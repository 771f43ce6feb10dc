import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import type { LoopDetail } from '../../api/contract.ts';
import { useWorkbench } from '../../canvas/workbench.tsx';
import { downloadLoop } from '../loop-file.ts';

interface Props {
  conflict: LoopDetail | undefined;
  onTheirs: () => void;
  onMine: (revision: number) => void;
  onClose: () => void;
}

export function ConflictDialog({ conflict, onTheirs, onMine, onClose }: Props) {
  const { editor } = useWorkbench();
  return (
    <Modal opened={conflict !== undefined} onClose={onClose} title="Somebody saved this loop in between" size="lg">
      <Stack gap="md">
        <Text size="sm">
          You began from revision {editor.get().revision}; the server now has revision {conflict?.revision}, with{' '}
          {conflict?.document.nodes.length} nodes against your {editor.document.nodes.length}. Nothing has been
          overwritten. Which should stay?
        </Text>
        <Group justify="space-between" gap="xs">
          <Button
            variant="subtle"
            leftSection={<IconDownload size={16} />}
            onClick={() => downloadLoop(editor.document)}
          >
            Download mine
          </Button>
          <Group gap="xs">
            <Button variant="default" onClick={onClose}>
              Decide later
            </Button>
            <Button variant="default" onClick={onTheirs}>
              Load theirs
            </Button>
            <Button onClick={() => conflict && onMine(conflict.revision)}>Save mine over theirs</Button>
          </Group>
        </Group>
        <Text size="xs" c="var(--ink-soft)">
          After loading theirs, undo brings yours back.
        </Text>
      </Stack>
    </Modal>
  );
}
