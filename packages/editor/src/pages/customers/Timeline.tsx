import { Chip, Group } from '@mantine/core';
import { IconHistory, IconSend } from '@tabler/icons-react';
import { type ReactNode, useMemo, useState } from 'react';
import type { CustomerView } from '../../api/contract.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { formatDate, formatDateTime, humanise } from '../../ui/format.ts';
import { gist } from '../../ui/gist.ts';
import { stageStyle } from '../../ui/stages.ts';
import classes from './Customer.module.css';
import { categoryInfos, categoryOf } from './categories.ts';

interface Entry {
  at: string;
  kind: string;
  title: string;
  text: string;
  icon: ReactNode;
  stage: string;
}

/** Everything that happened with this customer, of all kinds, newest first, a day at a time. */
export function Timeline({ view }: { view: CustomerView }) {
  const [shown, setShown] = useState<string[]>([]);
  const entries = useMemo(() => entriesOf(view), [view]);
  const kinds = new Set(entries.map(({ kind }) => kind));
  const visible = shown.length === 0 ? entries : entries.filter(({ kind }) => shown.includes(kind));
  if (entries.length === 0)
    return (
      <EmptyState icon={<IconHistory size={24} />} title="Nothing has happened yet">
        Orders, payments, calls and answers stand here as they come in: from files, from the ingestion API, and from
        loops.
      </EmptyState>
    );
  const days = [...Map.groupBy(visible, ({ at }) => formatDate(at))];
  return (
    <>
      <Group gap={6} mb="md">
        <Chip.Group multiple value={shown} onChange={setShown}>
          {[...categoryInfos.map(({ id, title }) => [id, title] as const), ['message', 'Messages'] as const]
            .filter(([id]) => kinds.has(id))
            .map(([id, title]) => (
              <Chip key={id} value={id} size="xs" variant="light">
                {title}
              </Chip>
            ))}
        </Chip.Group>
      </Group>
      {days.map(([day, list]) => (
        <section key={day} className={classes.day}>
          <h3>{day}</h3>
          <ol>
            {list.map((entry, index) => (
              <li key={index} style={stageStyle(entry.stage)}>
                <span className={classes.dot}>{entry.icon}</span>
                <div className={classes.entry}>
                  <b>{entry.title}</b>
                  {entry.text && <span>{entry.text}</span>}
                </div>
                <time className="tabular">{formatDateTime(entry.at).split(', ').at(-1)}</time>
              </li>
            ))}
          </ol>
        </section>
      ))}
      {Object.values(view.events).some(({ total, latest }) => total > latest.length) && (
        <p className="soft">Older events are kept; the latest of each kind are shown.</p>
      )}
    </>
  );
}

function entriesOf(view: CustomerView): Entry[] {
  const events = Object.entries(view.events).flatMap(([category, { latest }]) =>
    latest.map(({ type, time, properties }): Entry => {
      const info = categoryOf(category);
      const Icon = info?.icon ?? IconHistory;
      return {
        at: time,
        kind: category,
        title: humanise(type),
        text: gist(properties),
        icon: <Icon size={14} />,
        stage: info?.stage ?? 'flow',
      };
    }),
  );
  const messages = view.messages.map(
    ({ createdAt, settledAt, status, node, body, address, detail }): Entry => ({
      at: settledAt ?? createdAt,
      kind: 'message',
      title: `${humanise(node)}: ${status}`,
      text: [typeof body['subject'] === 'string' ? body['subject'] : '', address, detail ?? '']
        .filter(Boolean)
        .join(' · '),
      icon: <IconSend size={14} />,
      stage: 'interact',
    }),
  );
  return [...events, ...messages].sort((a, b) => b.at.localeCompare(a.at));
}
