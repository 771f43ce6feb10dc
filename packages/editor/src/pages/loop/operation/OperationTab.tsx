import { Container, Skeleton, Stack } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { statusQuery } from '../../../api/operation.ts';
import { EmptyState } from '../../../ui/EmptyState.tsx';
import { Fault } from '../../../ui/Fault.tsx';
import { AuditCard } from './AuditCard.tsx';
import { MessagesCard } from './MessagesCard.tsx';
import { ParkedCard } from './ParkedCard.tsx';
import { PeopleCard } from './PeopleCard.tsx';
import { StateCard } from './StateCard.tsx';

/** Looking after a loop that runs: its state, the people in it, what went wrong, and who has done what. */
export function OperationTab() {
  const { loopId } = useParams({ from: '/loops/$loopId/operation' });
  const status = useQuery(statusQuery(loopId));
  if (status.isPending)
    return (
      <Container size="lg" py="xl" aria-busy="true">
        <Stack>
          <Skeleton h={96} radius="lg" />
          <Skeleton h={200} radius="lg" />
        </Stack>
      </Container>
    );
  if (status.isError)
    return (
      <Container size="lg" py="xl">
        <Fault error={status.error} retry={() => void status.refetch()} />
      </Container>
    );
  if (status.data.versions.length === 0)
    return (
      <EmptyState icon={<IconPlayerPlay size={24} />} title="Not published yet">
        Once this loop runs, you can pause and resume it here, move people to a new version, and see what needs a hand.
      </EmptyState>
    );
  return (
    <Container size="lg" py="xl">
      <Stack gap="md">
        <StateCard status={status.data} />
        <PeopleCard status={status.data} />
        <ParkedCard status={status.data} />
        <MessagesCard status={status.data} />
        <AuditCard loop={loopId} />
      </Stack>
    </Container>
  );
}
