import type { Problem } from '@osicam/engine/loop';
import {
  IconAlertTriangleFilled,
  IconChevronDown,
  IconChevronUp,
  IconCircleCheckFilled,
  IconExclamationCircleFilled,
} from '@tabler/icons-react';
import { useReactFlow } from '@xyflow/react';
import { useState } from 'react';
import { nodeSize } from '../document/graph.ts';
import { plural } from '../ui/format.ts';
import { selectConnected, selectCounts, useLiveState } from './live-store.ts';
import { sayProblem } from './say-problem.ts';
import { useLife } from './use-life.ts';
import classes from './ProblemsPanel.module.css';
import { selectDocument, useEditor, useWorkbench } from './workbench.tsx';

/** What is wrong with the loop, in a line that opens; a problem leads to its node. */
export function ProblemsPanel() {
  const { problems, editor, types } = useWorkbench();
  const document = useEditor(selectDocument);
  const [open, setOpen] = useState(false);
  const flow = useReactFlow();
  const errors = problems.filter((problem) => problem.level === 'error');
  const warnings = problems.filter((problem) => problem.level === 'warning');

  const goTo = (problem: Problem) => {
    const edge = document.edges.find(({ id }) => id === problem.edge);
    const node = document.nodes.find(({ id }) => id === (problem.node ?? edge?.source));
    if (edge && !problem.node) editor.select([], [edge.id]);
    else if (node) editor.select([node.id]);
    if (node)
      void flow.setCenter(node.position.x + nodeSize.width / 2, node.position.y + nodeSize.height / 2, {
        zoom: Math.max(flow.getZoom(), 0.9),
        duration: 300,
      });
  };
  const nameOf = (problem: Problem) => {
    const node = document.nodes.find(({ id }) => id === problem.node);
    return node ? node.data.label || types.get(node.type)?.title || node.id : undefined;
  };

  return (
    <div className={classes.panel} data-testid="problems">
      {open && problems.length > 0 && (
        <ul className={classes.list} aria-label="Problems">
          {[...errors, ...warnings].map((problem, index) => (
            <li key={index}>
              <button type="button" onClick={() => goTo(problem)} data-level={problem.level} title={problem.path}>
                <Level level={problem.level} />
                {nameOf(problem) && <b>{nameOf(problem)}</b>}
                <span>{sayProblem(problem)}</span>
                <code>{problem.code}</code>
              </button>
            </li>
          ))}
        </ul>
      )}
      <div className={classes.line}>
        {problems.length === 0 ? (
          <span className={classes.fine}>
            <IconCircleCheckFilled size={15} /> {document.nodes.length === 0 ? 'Nothing to check yet' : 'No problems'}
          </span>
        ) : (
          <button
            type="button"
            className={classes.toggle}
            onClick={() => setOpen(!open)}
            aria-expanded={open}
            data-testid="problems-toggle"
          >
            {errors.length > 0 && (
              <span data-level="error">
                <Level level="error" /> {plural(errors.length, 'error')}
              </span>
            )}
            {warnings.length > 0 && (
              <span data-level="warning">
                <Level level="warning" /> {plural(warnings.length, 'warning')}
              </span>
            )}
            {open ? <IconChevronDown size={15} /> : <IconChevronUp size={15} />}
          </button>
        )}
        <span className={classes.facts}>
          {plural(document.nodes.length, 'node')} · {plural(document.edges.length, 'connection')}
        </span>
        <LiveState />
      </div>
    </div>
  );
}

function LiveState() {
  const { live } = useWorkbench();
  const connected = useLiveState(live, selectConnected);
  const counts = useLiveState(live, selectCounts);
  const life = useLife();
  if (!counts || counts.version === 0) return null;
  const title = life === 'paused' ? 'Paused' : life === 'archived' ? 'Archived' : 'Live';
  return (
    <span className={classes.live} data-live={connected && title === 'Live'} role="status" data-testid="live">
      {connected ? `${title} · version ${counts.version}` : 'Reconnecting…'}
    </span>
  );
}

const Level = ({ level }: { level: Problem['level'] }) =>
  level === 'error' ? (
    <IconExclamationCircleFilled size={15} aria-label="Error" />
  ) : (
    <IconAlertTriangleFilled size={14} aria-label="Warning" />
  );
