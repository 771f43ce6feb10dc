import { Badge, Table } from '@mantine/core';
import { IconMailFast } from '@tabler/icons-react';
import type { CustomerView } from '../../api/contract.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { MessageText } from '../../ui/MessageText.tsx';
import { formatDateTime } from '../../ui/format.ts';
import { statusColour } from '../../ui/message-status.ts';
import table from '../../ui/Table.module.css';

export function Sent({ view }: { view: CustomerView }) {
  if (view.messages.length === 0)
    return (
      <EmptyState icon={<IconMailFast size={24} />} title="Never written to">
        Whatever a loop sends this customer, or holds back, stands here.
      </EmptyState>
    );
  return (
    <div className={table.frame}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Status</Table.Th>
            <Table.Th>Message</Table.Th>
            <Table.Th>To</Table.Th>
            <Table.Th>Loop</Table.Th>
            <Table.Th>When</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {view.messages.map((message) => (
            <Table.Tr key={`${message.loop} ${message.node} ${message.turn} ${message.createdAt}`}>
              <Table.Td>
                <Badge color={statusColour(message.status)}>{message.status}</Badge>
              </Table.Td>
              <Table.Td className={table.clip}>
                <MessageText {...message} />
              </Table.Td>
              <Table.Td className={table.clip}>{message.address || '–'}</Table.Td>
              <Table.Td>
                {message.loop}{' '}
                <span className="soft">
                  / {message.node} · turn {message.turn}
                </span>
              </Table.Td>
              <Table.Td className={`${table.nowrap} tabular`}>
                {formatDateTime(message.settledAt ?? message.createdAt)}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
