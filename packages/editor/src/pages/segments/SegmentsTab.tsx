import { ActionIcon, Badge, Button, Group, Skeleton, Stack, Table, Text, Tooltip } from '@mantine/core';
import { explainRule, type RuleGroup } from '@osicam/engine/rule';
import { IconPlus, IconTrash, IconUsersGroup } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { type Segment, segmentsQuery } from '../../api/segments.ts';
import { useRuleLabels } from '../../inspector/rule/use-rule-labels.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Fault } from '../../ui/Fault.tsx';
import { formatDateTime, formatNumber, plural } from '../../ui/format.ts';
import table from '../../ui/Table.module.css';
import { DeleteSegment } from './DeleteSegment.tsx';
import classes from './Segments.module.css';

/** All segments: what they mean, how many are in each, and who would notice a change. */
export function SegmentsTab() {
  // Who is in one changes by what happens to customers, who uses it by what happens to loops.
  const segments = useQuery({ ...segmentsQuery, refetchOnMount: 'always', refetchInterval: 5_000 });
  const labels = useRuleLabels();
  const [deleting, setDeleting] = useState<Segment>();
  const none = segments.data?.length === 0;
  const create = (
    <Button
      renderRoot={(props) => <Link to="/segments/new" {...props} />}
      leftSection={<IconPlus size={16} />}
      data-testid="create-segment"
    >
      New segment
    </Button>
  );
  return (
    <>
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
        <>
          <Group justify="space-between" mb="sm">
            <Text size="sm" c="var(--ink-soft)">
              {plural(segments.data.length, 'segment')}
            </Text>
            {create}
          </Group>
          <div className={table.frame}>
            <Table data-testid="segments">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Segment</Table.Th>
                  <Table.Th>Who is in it</Table.Th>
                  <Table.Th className={classes.number}>Customers</Table.Th>
                  <Table.Th>Used by</Table.Th>
                  <Table.Th>Changed</Table.Th>
                  <Table.Th aria-label="Actions" />
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {segments.data.map((segment) => (
                  <Table.Tr key={segment.id} data-testid={`segment-${segment.id}`}>
                    <Table.Td className={classes.name}>
                      <Link to="/segments/$segmentId" params={{ segmentId: segment.id }} className={table.link}>
                        {segment.name}
                      </Link>
                      <code className={classes.id}>{segment.id}</code>
                    </Table.Td>
                    <Table.Td className={classes.rule}>
                      {explainRule(segment.rule as unknown as RuleGroup, labels)}
                      {segment.typology && (
                        <Badge color="gray" ml={6}>
                          typology
                        </Badge>
                      )}
                    </Table.Td>
                    <Table.Td className={`${classes.number} tabular`}>
                      {segment.count === null ? (
                        <Tooltip label="Everybody is being asked for the first time.">
                          <span className="soft">counting…</span>
                        </Tooltip>
                      ) : (
                        formatNumber(segment.count)
                      )}
                    </Table.Td>
                    <Table.Td className={classes.uses}>
                      <Uses uses={segment.uses} />
                    </Table.Td>
                    <Table.Td className={`${table.nowrap} tabular soft`}>{formatDateTime(segment.updatedAt)}</Table.Td>
                    <Table.Td>
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
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </div>
        </>
      )}
      <DeleteSegment segment={deleting} onClose={() => setDeleting(undefined)} />
    </>
  );
}

function Uses({ uses }: Pick<Segment, 'uses'>) {
  const live = uses.loops.filter(({ published }) => published).length;
  const drafts = uses.loops.length - live;
  if (uses.loops.length + uses.segments.length === 0) return <span className="soft">–</span>;
  return (
    <Group gap={4}>
      {live > 0 && (
        <Tooltip label={uses.loops.flatMap(({ name, published }) => (published ? name : [])).join(', ')}>
          <Badge color="teal">{plural(live, 'loop')}</Badge>
        </Tooltip>
      )}
      {drafts > 0 && (
        <Tooltip label={uses.loops.flatMap(({ name, published }) => (published ? [] : name)).join(', ')}>
          <Badge color="gray">{plural(drafts, 'draft')}</Badge>
        </Tooltip>
      )}
      {uses.segments.length > 0 && (
        <Tooltip label={uses.segments.map(({ name }) => name).join(', ')}>
          <Badge color="gray">{plural(uses.segments.length, 'segment')}</Badge>
        </Tooltip>
      )}
    </Group>
  );
}
