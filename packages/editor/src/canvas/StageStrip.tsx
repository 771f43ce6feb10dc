import type { Counts, NodeTypeDescription } from '../api/contract.ts';
import { formatNumber, formatShort } from '../ui/format.ts';
import { stageInfos, stageOf, stageStyle } from '../ui/stages.ts';
import { selectCounts, selectShown, useLiveState } from './live-store.ts';
import classes from './StageStrip.module.css';
import { useWorkbench } from './workbench.tsx';

/** How far the customers of a running loop have come, a stage at a time. */
export function StageStrip() {
  const { live, types } = useWorkbench();
  const counts = useLiveState(live, selectCounts);
  const shown = useLiveState(live, selectShown);
  if (!counts || counts.version === 0 || !shown) return null;
  return (
    <ol className={`${classes.strip} tabular`} aria-label="Progress by stage" data-testid="stage-strip">
      <li className={classes.turn}>
        <span>Turn</span>
        <b data-testid="turn" title={`Gone round ${formatNumber(counts.turns)} times`}>
          {formatNumber(counts.turns + 1)}
        </b>
      </li>
      {stageInfos
        .filter((stage) => stage.id !== 'flow')
        .map((stage) => {
          const { entered, left, waiting } = progress(counts, types, stage.id);
          const share = entered === 0 ? 0 : left / entered;
          return (
            <li
              key={stage.id}
              className={classes.stage}
              style={stageStyle(stage.id)}
              data-idle={entered === 0 || undefined}
            >
              <span className={classes.name}>
                {stage.title}
                <b title={`${formatNumber(entered)} steps`}>{formatShort(entered)}</b>
              </span>
              <span
                className={classes.track}
                role="progressbar"
                aria-label={`${stage.title}: passed`}
                aria-valuenow={Math.round(share * 100)}
                title={waiting > 0 ? `${formatNumber(waiting)} are waiting here` : undefined}
              >
                <i style={{ transform: `scaleX(${share})` }} />
              </span>
            </li>
          );
        })}
    </ol>
  );
}

function progress(counts: Counts, types: ReadonlyMap<string, NodeTypeDescription>, stage: string) {
  const nodes = counts.nodes.filter((node) => stageOf(types.get(node.type)?.stage).id === stage);
  const sum = (of: (node: Counts['nodes'][number]) => number) => nodes.reduce((total, node) => total + of(node), 0);
  const entered = sum((node) => node.entered);
  const waiting = sum((node) => node.waiting);
  return { entered, waiting, left: entered - waiting - sum((node) => node.parked) };
}
