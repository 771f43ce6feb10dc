import { ActionIcon, Button, Group, Menu, Tooltip } from '@mantine/core';
import type { LoopNode, Problem } from '@osicam/engine/loop';
import { IconCopy, IconDots, IconTrash } from '@tabler/icons-react';
import { deleteSelection, duplicateSelection } from '../canvas/commands.ts';
import { useNodeCounts } from '../canvas/live-store.ts';
import { useWorkbench } from '../canvas/workbench.tsx';
import { formatNumber } from '../ui/format.ts';
import { NameField } from '../ui/NameField.tsx';
import { NodeIcon } from '../ui/node-icon.tsx';
import { stageOf, stageStyle } from '../ui/stages.ts';
import { Connections } from './Connections.tsx';
import { sayProblem } from '../canvas/say-problem.ts';
import classes from './Inspector.module.css';
import name from './NodeInspector.module.css';
import { Parked } from './Parked.tsx';
import { SettingsForm } from './SettingsForm.tsx';
import { settingsPath } from './settings-problems.ts';

/** What is wrong with the node; its ways out that lead nowhere are one thing, and stand by name below. */
function gathered(problems: readonly Problem[]): { level: Problem['level']; says: string }[] {
  const open = problems.filter(({ code }) => code === 'port-without-edge');
  if (open.length < 2) return problems.map((problem) => ({ level: problem.level, says: sayProblem(problem) }));
  return [
    {
      level: 'error',
      says: `${open.length} ways out lead nowhere yet: draw an edge from each, to an end if the customer's way is over there`,
    },
    ...gathered(problems.filter(({ code }) => code !== 'port-without-edge')),
  ];
}

export function NodeInspector({ node }: { node: LoopNode }) {
  const { editor, types, live, problems } = useWorkbench();
  const type = types.get(node.type);
  const counts = useNodeCounts(live, node.id);
  const own = problems.filter((problem) => problem.node === node.id);
  const hasForm = type && Object.keys((type.settings['properties'] as object | undefined) ?? {}).length > 0;
  // Those that a field of the form shows need not be said twice.
  const elsewhere = gathered(own.filter((problem) => !hasForm || !settingsPath(problem.path)?.length));
  return (
    <div style={stageStyle(type?.stage)}>
      <header className={classes.head}>
        <span className={classes.icon}>
          <NodeIcon type={type} size={19} />
        </span>
        <div style={{ flex: 1, minWidth: 0 }}>
          <NameField
            optional
            className={name.name}
            aria-label="Name of the node"
            placeholder={type?.title ?? node.type}
            value={node.data.label}
            maxLength={200}
            data-testid="node-label"
            onRename={(label) =>
              editor.edit([{ type: 'label-node', id: node.id, label }], 'Rename', `label:${node.id}`)
            }
          />
          <div className={classes.kind}>{type ? `${stageOf(type.stage).title} · ${type.title}` : node.type}</div>
        </div>
        <Menu position="bottom-end" width={190}>
          <Menu.Target>
            <Tooltip label="More">
              <ActionIcon variant="subtle" color="gray" aria-label="More for this node">
                <IconDots size={17} />
              </ActionIcon>
            </Tooltip>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item
              leftSection={<IconCopy size={15} />}
              onClick={() => duplicateSelection(editor, types)}
              rightSection={<small>Ctrl D</small>}
            >
              Duplicate
            </Menu.Item>
            <Menu.Item
              color="red"
              leftSection={<IconTrash size={15} />}
              onClick={() => deleteSelection(editor)}
              rightSection={<small>Del</small>}
            >
              Delete
            </Menu.Item>
            <Menu.Divider />
            <Menu.Label>id {node.id}</Menu.Label>
          </Menu.Dropdown>
        </Menu>
      </header>
      {elsewhere.length > 0 && (
        <section className={classes.section} aria-label="Problems of this node">
          <ul className={classes.problems}>
            {elsewhere.map(({ level, says }) => (
              <li key={says} data-level={level}>
                {says}
              </li>
            ))}
          </ul>
        </section>
      )}
      {counts && (
        <section className={classes.section} aria-label="Live numbers">
          <dl className={`${classes.figures} tabular`}>
            <div>
              <dt>Entered</dt>
              <dd>{formatNumber(counts.entered)}</dd>
            </div>
            <div>
              <dt>Waiting</dt>
              <dd>{formatNumber(counts.waiting)}</dd>
            </div>
            <div>
              <dt>Parked</dt>
              <dd style={counts.parked > 0 ? { color: 'var(--bad)' } : undefined}>{formatNumber(counts.parked)}</dd>
            </div>
          </dl>
        </section>
      )}
      {counts && counts.parked > 0 && <Parked node={node.id} count={counts.parked} />}
      <section className={classes.section}>
        {type ? (
          <>
            <p className={classes.description}>{type.description}</p>
            {type.delivery && (
              <p className={classes.description} style={{ marginTop: 6 }}>
                Delivered <b>{type.delivery.replaceAll('-', ' ')}</b>
                {type.delivery === 'at-least-once'
                  ? ': after a crash a message may go out again, with the same key.'
                  : ': after a crash a message is not sent again.'}
              </p>
            )}
          </>
        ) : (
          <p className={classes.description}>
            No plugin of this installation offers <code>{node.type}</code>. Install the plugin that does, or delete the
            node. Its settings are kept as they are.
          </p>
        )}
      </section>
      {type && hasForm && (
        <section className={classes.section} data-testid="settings">
          <h3>Settings</h3>
          <SettingsForm node={node} type={type} problems={own} />
        </section>
      )}
      <Connections node={node} />
      <Group p="md" gap="xs">
        <Button
          variant="default"
          size="xs"
          leftSection={<IconTrash size={14} />}
          onClick={() => deleteSelection(editor)}
        >
          Delete
        </Button>
      </Group>
    </div>
  );
}
