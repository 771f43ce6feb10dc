import { ActionIcon, Menu, Tooltip } from '@mantine/core';
import {
  IconActivity,
  IconArrowBackUp,
  IconArrowForwardUp,
  IconArrowsRight,
  IconCircleDashed,
  IconLayoutDistributeHorizontal,
  IconMagnet,
} from '@tabler/icons-react';
import { Panel, useReactFlow } from '@xyflow/react';
import type { ReactNode } from 'react';
import classes from './Canvas.module.css';
import { selectConnected, selectCounts, selectShown, useLiveState } from './live-store.ts';
import { useAutoLayout } from './use-auto-layout.ts';
import { selectRedo, selectUndo, useEditor, useWorkbench } from './workbench.tsx';

export function CanvasTools({ snapping, onSnapping }: { snapping: boolean; onSnapping: (on: boolean) => void }) {
  const { editor, live } = useWorkbench();
  const undoable = useEditor(selectUndo);
  const redoable = useEditor(selectRedo);
  const shown = useLiveState(live, selectShown);
  const connected = useLiveState(live, selectConnected);
  const published = (useLiveState(live, selectCounts)?.version ?? 0) > 0;
  const layout = useAutoLayout();
  const flow = useReactFlow();
  const arrange = async (mode: 'ring' | 'row') => {
    await layout(mode);
    setTimeout(() => void flow.fitView({ padding: 0.12, maxZoom: 1, duration: 300 }), 60);
  };
  return (
    <Panel position="top-left">
      <div className={classes.tools} role="toolbar" aria-label="Canvas tools">
        <Tool
          label={undoable ? `Undo: ${undoable} (Ctrl+Z)` : 'Nothing to undo'}
          disabled={!undoable}
          onClick={() => editor.undo()}
          icon={<IconArrowBackUp size={17} />}
        />
        <Tool
          label={redoable ? `Redo: ${redoable} (Ctrl+Shift+Z)` : 'Nothing to redo'}
          disabled={!redoable}
          onClick={() => editor.redo()}
          icon={<IconArrowForwardUp size={17} />}
        />
        <span className={classes.divider} />
        <Menu position="bottom-start" width={240}>
          <Menu.Target>
            <Tooltip label="Arrange the nodes">
              <ActionIcon variant="subtle" color="gray" aria-label="Arrange the nodes">
                <IconLayoutDistributeHorizontal size={17} />
              </ActionIcon>
            </Tooltip>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<IconCircleDashed size={16} />} onClick={() => void arrange('ring')}>
              As a loop, clockwise
            </Menu.Item>
            <Menu.Item leftSection={<IconArrowsRight size={16} />} onClick={() => void arrange('row')}>
              From left to right
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
        <Tool
          label={snapping ? 'Snapping to the grid' : 'Not snapping to the grid'}
          pressed={snapping}
          onClick={() => onSnapping(!snapping)}
          icon={<IconMagnet size={17} />}
        />
        {published && (
          <>
            <span className={classes.divider} />
            <Tool
              label={
                shown
                  ? `Live numbers are shown${connected ? '' : '; the feed is down and comes back by itself'}`
                  : 'Show live numbers'
              }
              pressed={shown}
              onClick={() => live.show(!shown)}
              icon={<IconActivity size={17} />}
            />
          </>
        )}
      </div>
    </Panel>
  );
}

interface ToolProps {
  label: string;
  icon: ReactNode;
  onClick: () => void;
  disabled?: boolean;
  pressed?: boolean;
}

const Tool = ({ label, icon, onClick, disabled = false, pressed }: ToolProps) => (
  <Tooltip label={label}>
    <ActionIcon
      variant={pressed ? 'light' : 'subtle'}
      color={pressed ? 'accent' : 'gray'}
      aria-label={label}
      aria-pressed={pressed}
      data-disabled={disabled || undefined}
      aria-disabled={disabled}
      onClick={disabled ? undefined : onClick}
    >
      {icon}
    </ActionIcon>
  </Tooltip>
);
