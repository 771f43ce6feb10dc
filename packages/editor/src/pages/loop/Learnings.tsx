import { Card, Text, Title } from '@mantine/core';
import { IconBulb } from '@tabler/icons-react';
import type { Json, Learning } from '../../api/contract.ts';
import { selectDocument, useEditor, useWorkbench } from '../../canvas/workbench.tsx';
import { formatDateTime, formatNumber, humanise } from '../../ui/format.ts';
import classes from './Results.module.css';

/** What the loop has changed about itself, and why. */
export function Learnings({ learnings }: { learnings: readonly Learning[] }) {
  const { types } = useWorkbench();
  const document = useEditor(selectDocument);
  const name = (id: string) => {
    const node = document.nodes.find((candidate) => candidate.id === id);
    return node ? node.data.label || types.get(node.type)?.title || id : id;
  };
  const turns = [...Map.groupBy(learnings, (learning) => learning.fromTurn)].sort(([a], [b]) => b - a);
  return (
    <Card className={classes.learnings} data-testid="learnings">
      <Title order={2} className={classes.learningsTitle}>
        <IconBulb size={19} /> What the loop has learnt
      </Title>
      {turns.map(([turn, rows]) => (
        <div key={turn} className={classes.learning}>
          <b>From turn {turn} on</b>
          <ul>
            {rows.map((learning) => (
              <li key={`${learning.node} ${learning.path.join('.')}`}>
                <span>
                  <b>{name(learning.node)}</b> ·{' '}
                  {said(learning, document.nodes.find(({ id }) => id === learning.node)?.data.settings)} is now{' '}
                  <strong>{value(learning.value)}</strong>
                </span>
                <Text size="xs" c="var(--ink-soft)" title={formatDateTime(learning.at)}>
                  {learning.why}
                </Text>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </Card>
  );
}

const value = (of: Json): string =>
  typeof of === 'number' ? formatNumber(of) : typeof of === 'string' ? of : JSON.stringify(of);

/** `['arms', 0, 'weight']` reads as the weight of whatever arm 0 is called. */
function said({ path }: Learning, settings: Record<string, unknown> | undefined): string {
  const last = humanise(String(path.at(-1) ?? '')).toLowerCase();
  const holder = path
    .slice(0, -1)
    .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key as string], settings);
  const called =
    (holder as { port?: unknown; name?: unknown } | undefined)?.port ??
    (holder as { name?: unknown } | undefined)?.name;
  return typeof called === 'string' ? `${last} of “${called}”` : path.map(String).map(humanise).join(' ').toLowerCase();
}
