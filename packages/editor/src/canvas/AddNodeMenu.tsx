import { Portal } from '@mantine/core';
import { useClickOutside, useHotkeys } from '@mantine/hooks';
import { useEffect, useState } from 'react';
import { nodeSize } from '../document/graph.ts';
import { NodeList } from '../palette/NodeList.tsx';
import classes from './AddNodeMenu.module.css';
import { addNode } from './commands.ts';
import { useWorkbench } from './workbench.tsx';

export interface AddRequest {
  /** Where in the window the menu opens. */
  screen: { x: number; y: number };
  /** Where on the canvas the node goes. */
  at: { x: number; y: number };
  from?: { source: string; port: string };
  /** The edge comes from the right, so the node stands to the left of the pointer. */
  leftwards?: boolean;
}

const size = { width: 280, height: 380 };

/** Asks which node, where an edge was dropped on the empty canvas or the pane was right-clicked. */
export function AddNodeMenu({ request, onClose }: { request: AddRequest | undefined; onClose: () => void }) {
  const { editor, types } = useWorkbench();
  const [search, setSearch] = useState('');
  const box = useClickOutside<HTMLDivElement>(onClose);
  useHotkeys([['Escape', onClose]], []);
  useEffect(() => {
    if (request) setSearch('');
  }, [request]);
  if (!request) return null;
  const left = Math.max(8, Math.min(request.screen.x, window.innerWidth - size.width - 12));
  const top = Math.max(8, Math.min(request.screen.y, window.innerHeight - size.height - 12));
  const offered = [...types.values()].filter((type) => !request.from || type.contract !== 'source');
  return (
    <Portal>
      <div
        ref={box}
        className={classes.menu}
        style={{ left, top, ...size }}
        role="dialog"
        aria-label="Add a node"
        data-testid="add-node-menu"
      >
        <NodeList
          types={offered}
          search={search}
          onSearch={setSearch}
          autoFocus
          onPick={(type) => {
            const x = request.from ? request.at.x - (request.leftwards ? nodeSize.width : 0) : request.at.x;
            addNode(editor, { type, at: { x, y: request.at.y - 24 }, ...(request.from ? { from: request.from } : {}) });
            onClose();
          }}
        />
      </div>
    </Portal>
  );
}
