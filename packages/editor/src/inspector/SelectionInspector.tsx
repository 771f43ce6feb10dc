import { Button, Stack } from '@mantine/core';
import { IconCopy, IconTrash } from '@tabler/icons-react';
import { deleteSelection, duplicateSelection } from '../canvas/commands.ts';
import { useWorkbench } from '../canvas/workbench.tsx';
import { plural } from '../ui/format.ts';
import classes from './Inspector.module.css';

export function SelectionInspector({ nodes, edges }: { nodes: number; edges: number }) {
  const { editor, types } = useWorkbench();
  const what = [nodes > 0 && plural(nodes, 'node'), edges > 0 && plural(edges, 'connection')]
    .filter(Boolean)
    .join(' and ');
  return (
    <section className={classes.section}>
      <h3>{what} selected</h3>
      <p className={classes.description}>
        Drag one and all move. Ctrl+C copies them as JSON, for this loop or another.
      </p>
      <Stack gap={6} mt="md" align="flex-start">
        {nodes > 0 && (
          <Button
            variant="default"
            size="xs"
            leftSection={<IconCopy size={15} />}
            onClick={() => duplicateSelection(editor, types)}
          >
            Duplicate
          </Button>
        )}
        <Button
          variant="default"
          size="xs"
          leftSection={<IconTrash size={15} />}
          onClick={() => deleteSelection(editor)}
        >
          Delete
        </Button>
      </Stack>
    </section>
  );
}
