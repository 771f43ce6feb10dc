import { Tooltip } from '@mantine/core';
import { IconAlertTriangleFilled, IconExclamationCircleFilled } from '@tabler/icons-react';
import { Handle, type NodeProps, Position, useUpdateNodeInternals } from '@xyflow/react';
import { memo, useEffect, useRef } from 'react';
import { formatNumber, formatShort } from '../ui/format.ts';
import { NodeIcon } from '../ui/node-icon.tsx';
import { stageOf, stageStyle } from '../ui/stages.ts';
import { type FlowNode, inlet } from './flow-types.ts';
import classes from './LoopNodeCard.module.css';
import { useNodeCounts } from './live-store.ts';
import { sayProblem } from './say-problem.ts';
import { portTitle, usePorts } from './use-ports.ts';
import { useWorkbench } from './workbench.tsx';

const position = { left: Position.Left, right: Position.Right, top: Position.Top, bottom: Position.Bottom };

export const LoopNodeCard = memo(({ id, data, selected }: NodeProps<FlowNode>) => {
  const { node, sides, used, incoming, problems } = data;
  const { types, live } = useWorkbench();
  const type = types.get(node.type);
  const ports = usePorts(node, used);
  const counts = useNodeCounts(live, id);
  const update = useUpdateNodeInternals();
  const sideOf = (port: string) => sides.ports[port] ?? sides.out;
  const shape = `${incoming} ${sides.in} ${ports.map((port) => `${sideOf(port.id)} ${port.id}`).join('|')}`;
  // React Flow measures handles when a node is first drawn; of every later change in where they stand it must hear.
  const drawn = useRef(shape);
  useEffect(() => {
    if (drawn.current === shape) return;
    drawn.current = shape;
    update(id);
  }, [id, shape, update]);
  const title = node.data.label || type?.title || node.type;
  return (
    <div
      className={classes.card}
      style={stageStyle(type?.stage)}
      data-selected={selected || undefined}
      data-unknown={type === undefined || undefined}
      data-testid={`node-${id}`}
    >
      {(type?.contract !== 'source' || incoming) && (
        <Handle
          type="target"
          id={inlet}
          position={position[sides.in]}
          className={classes.inlet}
          role="img"
          aria-label={`Into ${title}`}
        />
      )}
      <div className={classes.head}>
        <span className={classes.icon}>
          <NodeIcon type={type} />
        </span>
        <div className={classes.names}>
          <div className={classes.title} title={title}>
            {title}
          </div>
          <div className={classes.kind}>
            {type ? (node.data.label ? type.title : stageOf(type.stage).title) : `unknown: ${node.type}`}
          </div>
        </div>
        {counts && (
          <Tooltip label={`${formatNumber(counts.entered)} customers have entered`}>
            <span className={`${classes.entered} tabular`} data-testid={`entered-${id}`}>
              {formatShort(counts.entered)}
            </span>
          </Tooltip>
        )}
      </div>
      {ports.length > 0 && (
        <ul className={classes.ports}>
          {ports.map((port) => (
            <li
              key={port.id}
              data-side={sideOf(port.id)}
              data-gone={port.gone || undefined}
              data-open={!port.terminal && !used.includes(port.id) ? true : undefined}
            >
              <span
                className={classes.portName}
                title={port.gone ? `${port.id}: no longer a way out of this node` : portTitle(port)}
              >
                {portTitle(port)}
              </span>
              {counts && (counts.ports[port.id] ?? 0) > 0 && (
                <span className={`${classes.portCount} tabular`}>{formatShort(counts.ports[port.id] ?? 0)}</span>
              )}
              {port.terminal ? (
                <span className={classes.terminal} title="Ends here" />
              ) : (
                <Handle
                  type="source"
                  id={port.id}
                  position={position[sideOf(port.id)]}
                  className={classes.outlet}
                  role="img"
                  aria-label={`${title}: ${portTitle(port)}`}
                  data-testid={`port-${id}-${port.id}`}
                />
              )}
            </li>
          ))}
        </ul>
      )}
      {counts && (counts.waiting > 0 || counts.parked > 0) && (
        <div className={`${classes.queue} tabular`}>
          {counts.waiting > 0 && (
            <span data-testid={`waiting-${id}`}>
              <i /> {formatShort(counts.waiting)} waiting
            </span>
          )}
          {counts.parked > 0 && (
            <span className={classes.parked} data-testid={`parked-${id}`}>
              <i /> {formatShort(counts.parked)} parked
            </span>
          )}
        </div>
      )}
      <div className={classes.far} aria-hidden>
        <span className={classes.farTitle}>{title}</span>
        {counts && (
          <span className={`${classes.farCounts} tabular`}>
            <b>{formatShort(counts.entered)}</b>
            {counts.waiting > 0 && <b data-waiting>{formatShort(counts.waiting)}</b>}
          </span>
        )}
      </div>
      <ProblemBadge problems={problems} />
    </div>
  );
});
LoopNodeCard.displayName = 'LoopNodeCard';

function ProblemBadge({ problems }: { problems: FlowNode['data']['problems'] }) {
  if (problems.length === 0) return null;
  const error = problems.some((problem) => problem.level === 'error');
  return (
    <Tooltip label={problems.map((problem, index) => <div key={index}>{sayProblem(problem)}</div>)}>
      <span className={classes.badge} data-level={error ? 'error' : 'warning'} data-testid="node-problem">
        {error ? <IconExclamationCircleFilled size={20} /> : <IconAlertTriangleFilled size={18} />}
        <span className={classes.hidden}>{problems.length} problems</span>
      </span>
    </Tooltip>
  );
}
