import { Button, Center, Chip, Group, Skeleton, Stack } from '@mantine/core';
import { IconHistory } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { TimelineEntry } from '../../api/customer.ts';
import { timelineQuery } from '../../api/customer.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Fault } from '../../ui/Fault.tsx';
import { formatDate } from '../../ui/format.ts';
import { categoryInfos } from './categories.ts';
import classes from './Customer.module.css';
import { TimelineRow } from './TimelineRow.tsx';

const filters = [
  ...categoryInfos.map(({ id, title }) => [id, title] as const),
  ['message', 'Messages'],
  ['step', 'Loops'],
  ['trait', 'Changes'],
  ['consent', 'Permission'],
  ['relationship,segment', 'Groups and segments'],
  ['merge', 'Merges'],
] as const;

/** Everything that happened with this customer, of all kinds, newest first, a day at a time. */
export function Timeline({ id }: { id: number }) {
  const [chosen, setChosen] = useState<string[]>([]);
  return (
    <>
      <Group gap={6} mb="md" role="group" aria-label="Show only">
        <Chip.Group multiple value={chosen} onChange={setChosen}>
          {filters.map(([value, title]) => (
            <Chip key={value} value={value} size="xs" variant="light">
              {title}
            </Chip>
          ))}
        </Chip.Group>
      </Group>
      <TimelineList id={id} kinds={chosen.flatMap((each) => each.split(','))} />
    </>
  );
}

/** The stream of some kinds, or of all. */
export function TimelineList({ id, kinds }: { id: number; kinds: readonly string[] }) {
  const timeline = useInfiniteQuery(timelineQuery(id, kinds));
  if (timeline.isPending)
    return (
      <Stack gap="xs" aria-busy="true">
        {[0, 1, 2, 3].map((key) => (
          <Skeleton key={key} h={46} radius="md" />
        ))}
      </Stack>
    );
  if (timeline.isError) return <Fault error={timeline.error} retry={() => void timeline.refetch()} />;
  const entries = timeline.data.pages.flatMap((page) => page.entries);
  if (entries.length === 0)
    return (
      <EmptyState
        icon={<IconHistory size={24} />}
        title={kinds.length === 0 ? 'Nothing has happened yet' : 'Nothing of this kind'}
      >
        Orders, payments, calls and answers stand here as they come in: from files, from the ingestion API, and from
        loops.
      </EmptyState>
    );
  return (
    <div style={timeline.isPlaceholderData ? { opacity: 0.6 } : undefined} data-testid="timeline">
      {days(entries).map(({ day, list }) => (
        <section key={day} className={classes.day}>
          <h3>{day}</h3>
          <ol>
            {list.map((entry, index) => (
              <TimelineRow key={index} entry={entry} />
            ))}
          </ol>
        </section>
      ))}
      {timeline.hasNextPage && (
        <Center mt="md">
          <Button variant="default" loading={timeline.isFetchingNextPage} onClick={() => void timeline.fetchNextPage()}>
            Show what was before
          </Button>
        </Center>
      )}
    </div>
  );
}

const days = (entries: readonly TimelineEntry[]) =>
  [...Map.groupBy(entries, ({ at }) => formatDate(at))].map(([day, list]) => ({ day, list }));
