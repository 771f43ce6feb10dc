import { Button, Center, Skeleton, Table, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { membersQuery, type Segment } from '../../api/segments.ts';
import { Fault } from '../../ui/Fault.tsx';
import { formatDateTime } from '../../ui/format.ts';
import table from '../../ui/Table.module.css';
import classes from './Segment.module.css';

/** Who is in a segment, and since when. */
export function MembersTable({ segment }: { segment: Segment }) {
  const members = useInfiniteQuery(membersQuery(segment.id));
  if (members.isPending) return <Skeleton h={160} aria-busy="true" />;
  if (members.isError) return <Fault error={members.error} retry={() => void members.refetch()} />;
  const rows = members.data.pages.flatMap((page) => page.members);
  if (rows.length === 0)
    return (
      <Text size="sm" c="var(--ink-soft)">
        {segment.count === null
          ? 'Everybody is being asked for the first time; come back in a moment.'
          : 'Nobody is in it now.'}
      </Text>
    );
  return (
    <>
      <div className={classes.scroll}>
        <Table data-testid="members">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Customer</Table.Th>
              <Table.Th>E-mail</Table.Th>
              <Table.Th>In it since</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((customer) => (
              <Table.Tr key={customer.id}>
                <Table.Td className={table.clip}>
                  <Link to="/customers/$customerId" params={{ customerId: String(customer.id) }} className={table.link}>
                    {customer.name || `Customer ${customer.id}`}
                  </Link>
                </Table.Td>
                <Table.Td className={table.clip}>{customer.email ?? <span className="soft">–</span>}</Table.Td>
                <Table.Td className={`${table.nowrap} tabular soft`}>{formatDateTime(customer.since)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      {members.hasNextPage && (
        <Center mt="sm">
          <Button
            size="xs"
            variant="default"
            loading={members.isFetchingNextPage}
            onClick={() => void members.fetchNextPage()}
          >
            Show more
          </Button>
        </Center>
      )}
    </>
  );
}
