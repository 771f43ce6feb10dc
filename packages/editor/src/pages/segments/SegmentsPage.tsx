import {
  ActionIcon,
  Badge,
  Button,
  Container,
  Group,
  Skeleton,
  Stack,
  Table,
  Text,
  Title,
  Tooltip,
} from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { explainRule, type RuleGroup } from '@osicam/engine/rule';
import { IconPencil, IconPlus, IconTrash, IconUsersGroup } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import type { Segment } from '../../api/contract.ts';
import { segmentsQuery } from '../../api/queries.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Fault } from '../../ui/Fault.tsx';
import { formatDateTime } from '../../ui/format.ts';
import table from '../../ui/Table.module.css';
import { DeleteSegment } from './DeleteSegment.tsx';
import classes from './Segments.module.css';

const SegmentDialog = lazy(() =>
  import('../../inspector/SegmentDialog.tsx').then((module) => ({ default: module.SegmentDialog })),
);

/** The named groups of customers that loops and rules refer to. */
export function SegmentsPage() {
  useDocumentTitle('Segments · OSICAM');
  // Whether a loop watches one changes by what happens to loops.
  const segments = useQuery({ ...segmentsQuery, refetchOnMount: 'always', refetchInterval: 5_000 });
  const [editing, setEditing] = useState<Segment | 'new'>();
  const [deleting, setDeleting] = useState<Segment>();
  const none = segments.data?.length === 0;
  const create = (
    <Button leftSection={<IconPlus size={16} />} onClick={() => setEditing('new')} data-testid="create-segment">
      New segment
    </Button>
  );
  return (
    <Container size="lg" py="xl">
      <Group justify="space-between" align="flex-end" mb="lg">
        <div>
          <Title order={1}>Segments</Title>
          <Text size="sm" c="var(--ink-soft)" mt={2}>
            Named groups of customers. A rule says who is in one, so they change by themselves.
          </Text>
        </div>
        {segments.isSuccess && !none && create}
      </Group>
      {segments.isPending && (
        <Stack gap="xs" aria-busy="true">
          {[0, 1, 2, 3].map((key) => (
            <Skeleton key={key} h={52} />
          ))}
        </Stack>
      )}
      {segments.isError && <Fault error={segments.error} retry={() => void segments.refetch()} />}
      {none && (
        <EmptyState icon={<IconUsersGroup size={24} />} title="No segments yet" action={create}>
          Give a rule a name, as “At risk”: then loops can begin, wait or end as customers come into it or go out of it,
          and other rules can ask for it.
        </EmptyState>
      )}
      {segments.data && !none && (
        <div className={table.frame}>
          <Table data-testid="segments">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Segment</Table.Th>
                <Table.Th>Who is in it</Table.Th>
                <Table.Th>Loops</Table.Th>
                <Table.Th>Changed</Table.Th>
                <Table.Th aria-label="Actions" />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {segments.data.map((segment) => (
                <Table.Tr key={segment.id} data-testid={`segment-${segment.id}`}>
                  <Table.Td className={classes.name}>
                    <button type="button" className={classes.open} onClick={() => setEditing(segment)}>
                      {segment.name}
                    </button>
                    <code className={classes.id}>{segment.id}</code>
                  </Table.Td>
                  <Table.Td className={classes.rule}>{explainRule(segment.rule as unknown as RuleGroup)}</Table.Td>
                  <Table.Td className={table.nowrap}>
                    {segment.watchedAt ? (
                      <Tooltip
                        label={`A published loop watches it since ${formatDateTime(segment.watchedAt)}: who comes in or goes out is noticed at once.`}
                      >
                        <Badge color="teal">watched by a loop</Badge>
                      </Tooltip>
                    ) : (
                      <Text size="sm" c="var(--ink-soft)">
                        not watched
                      </Text>
                    )}
                  </Table.Td>
                  <Table.Td className={`${table.nowrap} tabular soft`}>{formatDateTime(segment.updatedAt)}</Table.Td>
                  <Table.Td>
                    <Group gap={2} wrap="nowrap" justify="flex-end">
                      <Tooltip label="Change">
                        <ActionIcon
                          variant="subtle"
                          color="gray"
                          aria-label={`Change ${segment.name}`}
                          onClick={() => setEditing(segment)}
                        >
                          <IconPencil size={16} />
                        </ActionIcon>
                      </Tooltip>
                      <Tooltip label="Delete">
                        <ActionIcon
                          variant="subtle"
                          color="gray"
                          aria-label={`Delete ${segment.name}`}
                          onClick={() => setDeleting(segment)}
                        >
                          <IconTrash size={16} />
                        </ActionIcon>
                      </Tooltip>
                    </Group>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
      <Suspense>
        {editing && (
          <SegmentDialog
            segment={editing === 'new' ? undefined : editing}
            onClose={() => setEditing(undefined)}
            onSaved={() => setEditing(undefined)}
          />
        )}
      </Suspense>
      <DeleteSegment segment={deleting} onClose={() => setDeleting(undefined)} />
    </Container>
  );
}
