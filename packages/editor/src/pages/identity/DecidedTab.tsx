import { Badge, Skeleton, Table } from '@mantine/core';
import { IconGavel } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { decisionsQuery } from '../../api/identity.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Fault } from '../../ui/Fault.tsx';
import { formatDateTime, formatPercent } from '../../ui/format.ts';
import table from '../../ui/Table.module.css';

/** What was decided of proposals, and by whom. */
export function DecidedTab() {
  const decisions = useQuery(decisionsQuery);
  if (decisions.isPending) return <Skeleton h={260} radius="lg" aria-busy="true" />;
  if (decisions.isError) return <Fault error={decisions.error} retry={() => void decisions.refetch()} />;
  if (decisions.data.length === 0)
    return (
      <EmptyState icon={<IconGavel size={24} />} title="Nothing decided yet">
        What somebody has decided of two customers is kept here. Two who were told apart are never proposed again.
      </EmptyState>
    );
  return (
    <div className={table.frame}>
      <Table data-testid="decisions">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Customers</Table.Th>
            <Table.Th>Decision</Table.Th>
            <Table.Th>Certainty</Table.Th>
            <Table.Th>Why they were proposed</Table.Th>
            <Table.Th>By</Table.Th>
            <Table.Th>When</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {decisions.data.map(({ customer, other, state, score, why, decidedAt, decidedBy }) => (
            <Table.Tr key={`${customer} ${other}`}>
              <Table.Td className={table.nowrap}>
                {[customer, other].map((id, index) => (
                  <span key={id}>
                    {index > 0 && ' and '}
                    <Link to="/customers/$customerId" params={{ customerId: String(id) }} className={table.link}>
                      #{id}
                    </Link>
                  </span>
                ))}
              </Table.Td>
              <Table.Td>
                <Badge variant="light" color={state === 'merged' ? 'teal' : 'gray'}>
                  {state === 'merged' ? 'one person' : 'two people'}
                </Badge>
              </Table.Td>
              <Table.Td className={table.nowrap}>{score > 0 ? formatPercent(score) : '–'}</Table.Td>
              <Table.Td>{why || '–'}</Table.Td>
              <Table.Td className={table.clip}>{decidedBy || '–'}</Table.Td>
              <Table.Td className={table.nowrap}>{formatDateTime(decidedAt)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
