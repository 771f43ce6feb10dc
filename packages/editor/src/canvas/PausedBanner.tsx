import { IconPlayerPause } from '@tabler/icons-react';
import { Panel } from '@xyflow/react';
import { Link } from '@tanstack/react-router';
import classes from './Canvas.module.css';
import { selectId, useEditor } from './workbench.tsx';

/** Why nothing moves, and where it can be changed. */
export function PausedBanner() {
  const id = useEditor(selectId);
  return (
    <Panel position="top-center">
      <div className={classes.paused} role="status" data-testid="paused-banner">
        <IconPlayerPause size={16} />
        <span>Paused: nobody takes a step, nothing is sent.</span>
        <Link to="/loops/$loopId/operation" params={{ loopId: id }}>
          Resume…
        </Link>
      </div>
    </Panel>
  );
}
