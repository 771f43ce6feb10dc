import { Button } from '@mantine/core';
import type { LoopEdge } from '@osicam/engine/loop';
import { IconTrash } from '@tabler/icons-react';
import { deleteSelection } from '../canvas/commands.ts';
import { useNodeCounts } from '../canvas/live-store.ts';
import { selectDocument, useEditor, useWorkbench } from '../canvas/workbench.tsx';
import { formatNumber } from '../ui/format.ts';
import { sayProblem } from '../canvas/say-problem.ts';
import classes from './Inspector.module.css';

export function EdgeInspector({ edge }: { edge: LoopEdge }) {
  const { editor, types, live, problems } = useWorkbench();
  const document = useEditor(selectDocument);
  const passed = useNodeCounts(live, edge.source)?.ports[edge.sourceHandle];
  const name = (id: string) => {
    const node = document.nodes.find((candidate) => candidate.id === id);
    return node ? node.data.label || types.get(node.type)?.title || id : id;
  };
  const found = problems.filter((problem) => problem.edge === edge.id);
  return (
    <>
      <section className={classes.section}>
        <h3>Connection</h3>
        <p className={classes.description}>
          Whoever leaves <b>{name(edge.source)}</b> by <b>{edge.sourceHandle}</b> goes on to <b>{name(edge.target)}</b>.
        </p>
        {passed !== undefined && (
          <p className={classes.description} style={{ marginTop: 8 }}>
            {formatNumber(passed)} customers so far.
          </p>
        )}
      </section>
      {found.length > 0 && (
        <section className={classes.section}>
          <ul className={classes.problems}>
            {found.map((problem) => (
              <li key={problem.message} data-level={problem.level}>
                {sayProblem(problem)}
              </li>
            ))}
          </ul>
        </section>
      )}
      <section className={classes.section}>
        <Button
          variant="default"
          color="red"
          size="xs"
          leftSection={<IconTrash size={15} />}
          onClick={() => deleteSelection(editor)}
        >
          Delete the connection
        </Button>
      </section>
    </>
  );
}
