import { selectCounts, useLiveState } from '../canvas/live-store.ts';
import { selectDocument, useEditor, useWorkbench } from '../canvas/workbench.tsx';
import { formatNumber } from '../ui/format.ts';
import { Mark } from '../ui/Mark.tsx';
import { stageInfos, stageOf, stageStyle } from '../ui/stages.ts';
import { Aims } from './Aims.tsx';
import classes from './Inspector.module.css';

const keys = [
  ['N', 'Search the nodes'],
  ['Ctrl Z', 'Undo, with Shift redo'],
  ['Ctrl S', 'Save the draft'],
  ['Ctrl C', 'Copy, then Ctrl V'],
  ['Ctrl D', 'Duplicate'],
  ['Del', 'Delete and join the ends'],
  ['Shift', 'Drag to select several'],
] as const;

/** The loop as a whole: which stages it has, what came of its messages, and the keys of the canvas. */
export function LoopOverview() {
  const { types, live } = useWorkbench();
  const document = useEditor(selectDocument);
  const counts = useLiveState(live, selectCounts);
  const present = Map.groupBy(document.nodes, (node) => stageOf(types.get(node.type)?.stage).id);
  const six = stageInfos.filter((stage) => stage.id !== 'flow');
  const missing = six.filter((stage) => !present.has(stage.id)).length;
  return (
    <>
      <section className={classes.section}>
        <div style={{ display: 'flex', gap: 14, alignItems: 'center' }}>
          <Mark size={44} lit={new Set(present.keys())} title={`${6 - missing} of six stages`} />
          <div>
            <h3 style={{ margin: 0, fontSize: 15 }}>{document.name}</h3>
            <p className={classes.description}>
              {missing === 0 ? 'Goes round all six stages.' : `${6 - missing} of the six stages so far.`}
            </p>
          </div>
        </div>
      </section>
      <Aims />
      {counts && counts.version > 0 && (
        <section className={classes.section}>
          <h3>
            Messages <small>version {counts.version}</small>
          </h3>
          <dl className={`${classes.figures} tabular`} style={{ gridTemplateColumns: 'repeat(4, 1fr)' }}>
            {(['sent', 'failed', 'unknown', 'suppressed'] as const).map((status) => (
              <div key={status}>
                <dt>{status}</dt>
                <dd>{formatNumber(counts.messages[status])}</dd>
              </div>
            ))}
          </dl>
        </section>
      )}
      <section className={classes.section}>
        <h3>Stages</h3>
        <ul className={classes.stages}>
          {stageInfos.map((stage) => {
            const count = present.get(stage.id)?.length ?? 0;
            return (
              <li
                key={stage.id}
                style={stageStyle(stage.id)}
                data-missing={count === 0 || undefined}
                title={stage.purpose}
              >
                <i />
                <span>{stage.title}</span>
                <span>{count === 0 ? 'none' : count}</span>
              </li>
            );
          })}
        </ul>
      </section>
      <section className={classes.section} style={{ borderBottom: 0 }}>
        <h3>Keys</h3>
        <dl className={classes.keys}>
          {keys.map(([key, what]) => (
            <div key={key} style={{ display: 'contents' }}>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{what}</dd>
            </div>
          ))}
        </dl>
      </section>
    </>
  );
}
