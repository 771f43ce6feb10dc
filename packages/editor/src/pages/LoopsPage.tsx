import { ActionIcon, Button, Container, Group, Menu, SimpleGrid, Skeleton, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { IconDots, IconPlus, IconTrash, IconUpload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { LoopSummary } from '../api/contract.ts';
import { loopsQuery } from '../api/queries.ts';
import { Fault } from '../ui/Fault.tsx';
import { formatShort } from '../ui/format.ts';
import { LoopState } from '../ui/LoopState.tsx';
import { DeleteLoop } from './DeleteLoop.tsx';
import classes from './LoopsPage.module.css';
import { NewLoop } from './NewLoop.tsx';
import { StagesIntroduction } from './StagesIntroduction.tsx';

export function LoopsPage() {
  useDocumentTitle('Loops · OSICAM');
  const loops = useQuery(loopsQuery);
  const [creating, setCreating] = useState<'name' | 'file'>();
  const [deleting, setDeleting] = useState<LoopSummary>();
  const create = (
    <Group gap="xs">
      <Button variant="default" leftSection={<IconUpload size={16} />} onClick={() => setCreating('file')}>
        Import
      </Button>
      <Button leftSection={<IconPlus size={16} />} onClick={() => setCreating('name')}>
        New loop
      </Button>
    </Group>
  );
  return (
    <Container size="xl" py="xl">
      <Group justify="space-between" align="flex-end" mb="lg">
        <div>
          <Title order={1}>Loops</Title>
          <Text size="sm" c="var(--ink-soft)" mt={2}>
            Each one goes round six stages, and every turn learns from the one before.
          </Text>
        </div>
        {loops.data && loops.data.length > 0 && create}
      </Group>
      {loops.isPending && (
        <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} aria-busy="true">
          {[0, 1, 2].map((key) => (
            <Skeleton key={key} h={148} radius="lg" />
          ))}
        </SimpleGrid>
      )}
      {loops.isError && <Fault error={loops.error} retry={() => void loops.refetch()} />}
      {loops.data?.length === 0 && <StagesIntroduction action={create} />}
      {loops.data && loops.data.length > 0 && (
        <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} component="ul" className={classes.list}>
          {loops.data.map((loop) => (
            <LoopCard key={loop.id} loop={loop} onDelete={() => setDeleting(loop)} />
          ))}
        </SimpleGrid>
      )}
      <NewLoop
        from={creating}
        taken={loops.data?.map((loop) => loop.id) ?? []}
        onClose={() => setCreating(undefined)}
      />
      <DeleteLoop loop={deleting} onClose={() => setDeleting(undefined)} />
    </Container>
  );
}

const figures = [
  ['entered', 'Entered'],
  ['waiting', 'Waiting'],
  ['ended', 'Ended'],
  ['parked', 'Parked'],
] as const;

function LoopCard({ loop, onDelete }: { loop: LoopSummary; onDelete: () => void }) {
  return (
    <li className={classes.card} data-testid={`loop-${loop.id}`}>
      <div className={classes.head}>
        <div className={classes.names}>
          <Link to="/loops/$loopId" params={{ loopId: loop.id }} className={classes.name}>
            {loop.name}
          </Link>
          <span className={classes.id}>{loop.id}</span>
        </div>
        <Menu position="bottom-end" withinPortal>
          <Menu.Target>
            <ActionIcon className={classes.menu} variant="subtle" color="gray" aria-label={`More for ${loop.name}`}>
              <IconDots size={17} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={onDelete}>
              Delete…
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </div>
      <LoopState published={loop.published} state={loop.state} />
      <dl className={`${classes.figures} tabular`}>
        {figures.map(([key, title]) => (
          <div key={key} data-alert={key === 'parked' && loop.counts.parked > 0}>
            <dt>{title}</dt>
            <dd title={String(loop.counts[key])}>{formatShort(loop.counts[key])}</dd>
          </div>
        ))}
      </dl>
    </li>
  );
}
