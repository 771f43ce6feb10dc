import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useBlocker } from '@tanstack/react-router';
import { selectDirty, useEditor } from '../../canvas/workbench.tsx';

/** Asks before unsaved work is left behind, inside the page and when the browser closes. */
export function LeaveDialog({ loop, save }: { loop: string; save: () => Promise<boolean> }) {
  const dirty = useEditor(selectDirty);
  const { proceed, reset, status } = useBlocker({
    // From canvas to results and back stays with the same loop, whose document is kept.
    shouldBlockFn: ({ next }) => dirty && (next.params as { loopId?: string }).loopId !== loop,
    enableBeforeUnload: () => dirty,
    withResolver: true,
  });
  return (
    <Modal opened={status === 'blocked'} onClose={() => reset?.()} title="Leave with unsaved changes?">
      <Stack gap="md">
        <Text size="sm">What you have changed since the last save is lost if you leave now.</Text>
        <Group justify="flex-end" gap="xs">
          <Button variant="subtle" color="red" onClick={() => proceed?.()}>
            Leave without saving
          </Button>
          <Button variant="default" onClick={() => reset?.()}>
            Stay
          </Button>
          <Button
            data-autofocus
            onClick={() =>
              void save().then((saved) => {
                if (saved) proceed?.();
                else reset?.();
              })
            }
          >
            Save and leave
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
