import { Badge, Button, Center, Container, Group, Select, Skeleton, Stack, Table, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { IconMailFast } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { loopsQuery, messagesQuery } from '../api/queries.ts';
import { EmptyState } from '../ui/EmptyState.tsx';
import { Fault } from '../ui/Fault.tsx';
import type { MessageRow } from '../api/contract.ts';
import { formatDateTime, plural } from '../ui/format.ts';
import { MessageText } from '../ui/MessageText.tsx';
import { statusColour, statuses } from '../ui/message-status.ts';
import table from '../ui/Table.module.css';

/** The ledger: a row for every message that was ever meant to go out, and what became of it. */
export function MessagesPage() {
  useDocumentTitle('Messages · OSICAM');
  const search = useSearch({ from: '/messages' });
  const navigate = useNavigate({ from: '/messages' });
  const loops = useQuery(loopsQuery);
  const messages = useInfiniteQuery(messagesQuery(search));
  const rows = messages.data?.pages.flatMap((page) => (Array.isArray(page) ? page : page.messages)) ?? [];
  const filtered = search.loop !== undefined || search.status !== undefined;
  return (
    <Container size="xl" py="xl">
      <Group justify="space-between" align="flex-end" mb="lg">
        <div>
          <Title order={1}>Messages</Title>
          <Text size="sm" c="var(--ink-soft)" mt={2}>
            Every message has its row here, sent or not, with what became of it.
          </Text>
        </div>
        <Group gap="xs">
          <Select
            aria-label="Loop"
            placeholder="Every loop"
            clearable
            data={loops.data?.map((loop) => ({ value: loop.id, label: loop.name })) ?? []}
            value={search.loop ?? null}
            onChange={(loop) =>
              void navigate({ search: (before) => ({ ...before, loop: loop ?? undefined }), replace: true })
            }
          />
          <Select
            aria-label="Status"
            placeholder="Any status"
            clearable
            w={150}
            data={[...statuses]}
            value={search.status ?? null}
            onChange={(status) =>
              void navigate({ search: (before) => ({ ...before, status: status ?? undefined }), replace: true })
            }
          />
        </Group>
      </Group>
      {messages.isPending && (
        <Stack gap="xs" aria-busy="true">
          {[0, 1, 2, 3, 4, 5].map((key) => (
            <Skeleton key={key} h={38} />
          ))}
        </Stack>
      )}
      {messages.isError && <Fault error={messages.error} retry={() => void messages.refetch()} />}
      {messages.isSuccess && rows.length === 0 && (
        <EmptyState icon={<IconMailFast size={24} />} title={filtered ? 'No message like that' : 'No messages yet'}>
          {filtered
            ? 'Take a filter away to see the others.'
            : 'Once a published loop comes to a node of Interact, what it sends is written down here first.'}
        </EmptyState>
      )}
      {rows.length > 0 && (
        <div className={table.frame}>
          <Table highlightOnHover>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Status</Table.Th>
                <Table.Th>To</Table.Th>
                <Table.Th>Message</Table.Th>
                <Table.Th>From</Table.Th>
                <Table.Th>When</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map((message) => (
                <Table.Tr key={message.key}>
                  <Table.Td>
                    <Badge color={statusColour(message.status)}>{message.status}</Badge>
                    <Became of={message} />
                  </Table.Td>
                  <Table.Td>
                    <Link
                      to="/customers/$customerId"
                      params={{ customerId: String(message.customer) }}
                      className={table.link}
                    >
                      {message.address || `customer ${message.customer}`}
                    </Link>
                  </Table.Td>
                  <Table.Td className={table.clip}>
                    <MessageText {...message} />
                  </Table.Td>
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
      )}
      {messages.hasNextPage && (
        <Center mt="md">
          <Button variant="default" loading={messages.isFetchingNextPage} onClick={() => void messages.fetchNextPage()}>
            Show more
          </Button>
        </Center>
      )}
    </Container>
  );
}

/** Why a message did not go out, or when it is tried again. */
function Became({ of }: { of: MessageRow }) {
  const waits = of.status === 'queued' && of.due;
  const text = waits
    ? `${of.attempts ? `tried ${plural(of.attempts, 'time')}, again` : 'due'} ${formatDateTime(of.due ?? '')}`
    : of.status === 'sent'
      ? undefined
      : of.detail;
  return text ? (
    <Text size="xs" c="var(--ink-soft)" maw={220} mt={2}>
      {text}
    </Text>
  ) : null;
}
