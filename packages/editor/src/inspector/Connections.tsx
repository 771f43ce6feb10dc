import { Select } from '@mantine/core';
import type { LoopNode } from '@osicam/engine/loop';
import { portTitle, usePorts } from '../canvas/use-ports.ts';
import { selectDocument, useEditor, useWorkbench } from '../canvas/workbench.tsx';
import { connect, disconnect } from '../document/connect.ts';
import classes from './Inspector.module.css';
import styles from './NodeInspector.module.css';

/** Where each port leads. What the canvas does with the mouse can be done here with the keyboard. */
export function Connections({ node }: { node: LoopNode }) {
  const { editor, types } = useWorkbench();
  const document = useEditor(selectDocument);
  const leaving = document.edges.filter((edge) => edge.source === node.id);
  const ports = usePorts(node, [...new Set(leaving.map((edge) => edge.sourceHandle))]);
  if (ports.length === 0) return null;
  const nodes = document.nodes
    .filter((other) => types.get(other.type)?.contract !== 'source' || leaving.some((edge) => edge.target === other.id))
    .map((other) => ({
      value: other.id,
      label: other.data.label || `${types.get(other.type)?.title ?? other.type} (${other.id})`,
    }));
  return (
    <section className={classes.section}>
      <h3>Connections</h3>
      <div className={styles.ports}>
        {ports.map((port) => {
          const edge = leaving.find((candidate) => candidate.sourceHandle === port.id);
          return (
            <div key={port.id} style={{ display: 'contents' }}>
              <span
                className={styles.port}
                data-used={edge ? true : undefined}
                data-gone={port.gone || undefined}
                title={portTitle(port)}
              >
                <i />
                <span>{portTitle(port)}</span>
              </span>
              {port.terminal ? (
                <span className="soft">ends here</span>
              ) : (
                <Select
                  size="xs"
                  searchable
                  clearable
                  data={nodes}
                  value={edge?.target ?? null}
                  placeholder="not connected"
                  aria-label={`Where ${portTitle(port)} leads`}
                  onChange={(target) =>
                    editor.edit(
                      target
                        ? connect(document, { source: node.id, port: port.id, target })
                        : disconnect(document, { source: node.id, port: port.id }),
                      target ? 'Connect' : 'Disconnect',
                    )
                  }
                />
              )}
            </div>
          );
        })}
      </div>
    </section>
  );
}
