import { lazy, Suspense } from 'react';
import { selectDocument, selectEdges, selectNodes, useEditor } from '../canvas/workbench.tsx';
import { EdgeInspector } from './EdgeInspector.tsx';
import classes from './Inspector.module.css';
import { LoopOverview } from './LoopOverview.tsx';
import { SelectionInspector } from './SelectionInspector.tsx';

// Forms and rules are half of the page's code, and nobody needs them before selecting a node.
const NodeInspector = lazy(() => import('./NodeInspector.tsx').then((module) => ({ default: module.NodeInspector })));

/** What is selected, in detail; the loop itself while nothing is. */
export function Inspector() {
  const document = useEditor(selectDocument);
  const nodes = useEditor(selectNodes);
  const edges = useEditor(selectEdges);
  const node = nodes.size === 1 ? document.nodes.find(({ id }) => nodes.has(id)) : undefined;
  const edge = nodes.size === 0 && edges.size === 1 ? document.edges.find(({ id }) => edges.has(id)) : undefined;
  return (
    <aside className={classes.inspector} aria-label="Inspector" data-testid="inspector">
      <Suspense>
        {node ? (
          <NodeInspector key={node.id} node={node} />
        ) : edge ? (
          <EdgeInspector edge={edge} />
        ) : nodes.size + edges.size > 1 ? (
          <SelectionInspector nodes={nodes.size} edges={edges.size} />
        ) : (
          <LoopOverview />
        )}
      </Suspense>
    </aside>
  );
}
