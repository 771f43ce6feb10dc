import { Table } from '@mantine/core';
import { IconHistoryToggle } from '@tabler/icons-react';
import type { CustomerView, Json } from '../../api/contract.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { formatDateTime } from '../../ui/format.ts';
import table from '../../ui/Table.module.css';

/** What was known before it changed, and who has become part of this customer. */
export function History({ view }: { view: CustomerView }) {
  if (view.history.length + view.merges.length === 0)
    return (
      <EmptyState icon={<IconHistoryToggle size={24} />} title="Nothing has changed yet">
        What a trait was before it changed is kept here, with what changed it.
      </EmptyState>
    );
  const rows = [
    ...view.merges.map(({ at, customer, why }) => ({
      at,
      source: 'merge',
      text: `Customer ${customer} became part of this one: ${why}`,
    })),
    ...view.history.map(({ at, source, before }) => ({
      at,
      source,
      text: Object.entries(before)
        .map(([name, value]) => `${name} was ${say(value)}`)
        .join(', '),
    })),
  ].sort((a, b) => b.at.localeCompare(a.at));
  return (
    <div className={table.frame}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>When</Table.Th>
            <Table.Th>What</Table.Th>
            <Table.Th>By</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row, index) => (
            <Table.Tr key={index}>
              <Table.Td className={`${table.nowrap} tabular`}>{formatDateTime(row.at)}</Table.Td>
              <Table.Td>{row.text}</Table.Td>
              <Table.Td className="soft">{row.source}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

const say = (value: Json): string =>
  value === null ? 'unknown' : typeof value === 'string' ? `“${value}”` : JSON.stringify(value);
