import { Container, Group, Skeleton } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Outlet, useParams } from '@tanstack/react-router';
import { useEffect, useMemo, useState } from 'react';
import { api } from '../../api/client.ts';
import type { LoopDetail, NodeTypeDescription } from '../../api/contract.ts';
import { loopQuery, nodeTypesQuery } from '../../api/queries.ts';
import { useLive } from '../../api/use-live.ts';
import { LiveStore } from '../../canvas/live-store.ts';
import { selectDocument, useEditor, type Workbench, WorkbenchProvider } from '../../canvas/workbench.tsx';
import { LoopEditor } from '../../document/editor.ts';
import { useHearClock } from '../../ui/clock.tsx';
import { Fault } from '../../ui/Fault.tsx';
import { LoopBar } from './LoopBar.tsx';
import classes from './LoopPage.module.css';

export function LoopPage() {
  const { loopId } = useParams({ from: '/loops/$loopId' });
  // Fresh at every visit: a draft from the cache may be older than what another browser has saved.
  const loop = useQuery({ ...loopQuery(loopId), refetchOnMount: 'always', refetchOnWindowFocus: false, gcTime: 0 });
  const types = useQuery(nodeTypesQuery);
  const failed = loop.isError ? loop : types.isError ? types : undefined;
  if (failed)
    return (
      <Container size="sm" py="xl">
        <Fault error={failed.error} retry={() => void failed.refetch()} title="This loop could not be opened" />
      </Container>
    );
  if (!loop.data || !types.data) return <Opening />;
  return <OpenLoop key={loopId} loop={loop.data} types={types.data} />;
}

const Opening = () => (
  <div aria-busy="true" aria-label="Opening the loop">
    <Group h={52} px="md" bg="var(--surface)" style={{ borderBottom: '1px solid var(--line)' }}>
      <Skeleton h={18} w={240} />
    </Group>
    <Group p="md" align="flex-start" wrap="nowrap">
      <Skeleton h={520} w={220} />
      <Skeleton h={520} />
    </Group>
  </div>
);

function OpenLoop({ loop, types }: { loop: LoopDetail; types: readonly NodeTypeDescription[] }) {
  const [editor] = useState(() => new LoopEditor(loop.document, loop.revision, Date.now));
  const [live] = useState(() => new LiveStore());
  const byType = useMemo(() => new Map(types.map((type) => [type.type, type])), [types]);
  const feed = useLive(loop.id);
  const hear = useHearClock();
  useEffect(() => live.hear(feed.counts, feed.connected), [live, feed.counts, feed.connected]);
  useEffect(() => {
    if (feed.clock) hear(feed.clock);
  }, [feed.clock, hear]);
  const bench = useMemo(
    (): Workbench => ({ editor, live, types: byType, problems: loop.problems }),
    [editor, live, byType, loop.problems],
  );
  return (
    <WorkbenchProvider value={bench}>
      <Checked bench={bench} loop={loop} />
    </WorkbenchProvider>
  );
}

/** The page with what the server has to say about the document as it stands now, saved or not. */
function Checked({ bench, loop }: { bench: Workbench; loop: LoopDetail }) {
  const [document] = useDebouncedValue(useEditor(selectDocument), 350);
  const check = useQuery({
    queryKey: ['validate', document],
    queryFn: () => api<{ problems: LoopDetail['problems'] }>('/api/loops/validate', { json: { document } }),
    placeholderData: keepPreviousData,
    gcTime: 10_000,
    retry: false,
  });
  const problems = check.data?.problems ?? loop.problems;
  const value = useMemo(() => ({ ...bench, problems }), [bench, problems]);
  return (
    <WorkbenchProvider value={value}>
      <div className={classes.page}>
        <LoopBar loop={loop} />
        <div className={classes.body}>
          <Outlet />
        </div>
      </div>
    </WorkbenchProvider>
  );
}
