import { BaseEdge, EdgeLabelRenderer, type EdgeProps, getBezierPath } from '@xyflow/react';
import { memo, useEffect, useRef, useState } from 'react';
import { formatNumber, formatShort } from '../ui/format.ts';
import { stageStyle } from '../ui/stages.ts';
import classes from './CountedEdge.module.css';
import type { FlowEdge } from './flow-types.ts';
import { useNodeCounts } from './live-store.ts';
import { useWorkbench } from './workbench.tsx';

/** An edge with the number of customers who have gone along it, and a movement along it while that number grows. */
export const CountedEdge = memo((props: EdgeProps<FlowEdge>) => {
  const { live } = useWorkbench();
  const counts = useNodeCounts(live, props.source);
  const count = counts?.ports[props.sourceHandleId ?? ''] ?? 0;
  const moving = useGrowing(count);
  const [path, labelX, labelY] = getBezierPath({ ...props, curvature: 0.3 });
  return (
    <>
      <BaseEdge
        id={props.id}
        path={path}
        markerEnd={props.markerEnd ?? ''}
        interactionWidth={22}
        className={classes.edge ?? ''}
      />
      {moving && <path d={path} className={classes.flow} style={stageStyle(props.data?.stage)} />}
      {count > 0 && (
        <EdgeLabelRenderer>
          <span
            className={`${classes.count} tabular nopan`}
            data-selected={props.selected || undefined}
            data-testid={`edge-count-${props.id}`}
            title={`${formatNumber(count)} customers`}
            style={{ transform: `translate(-50%, -50%) translate(${labelX}px, ${labelY}px)` }}
          >
            {formatShort(count)}
          </span>
        </EdgeLabelRenderer>
      )}
    </>
  );
});
CountedEdge.displayName = 'CountedEdge';

/** True for a moment after the number has grown. */
function useGrowing(count: number): boolean {
  const before = useRef(count);
  const [growing, setGrowing] = useState(false);
  useEffect(() => {
    const grew = before.current > 0 && count > before.current;
    before.current = count;
    if (!grew) return;
    setGrowing(true);
    const timer = setTimeout(() => setGrowing(false), 1_200);
    return () => clearTimeout(timer);
  }, [count]);
  return growing;
}
