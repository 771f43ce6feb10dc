import { Button, Center, Container, Group, Skeleton, Stack, Table, Text, TextInput, Title } from '@mantine/core';
import { useDebouncedCallback, useDocumentTitle } from '@mantine/hooks';
import { IconFileImport, IconSearch, IconUsers } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import type { CustomerRow, Json } from '../../api/contract.ts';
import { customersQuery } from '../../api/queries.ts';
import { DuplicatesLink } from '../identity/DuplicatesLink.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Fault } from '../../ui/Fault.tsx';
import { formatDateTime, formatNumber, plural } from '../../ui/format.ts';
import table from '../../ui/Table.module.css';

const ImportDialog = lazy(() => import('./ImportDialog.tsx').then((module) => ({ default: module.ImportDialog })));

export function CustomersPage() {
  useDocumentTitle('Customers · OSICAM');
  const { search = '' } = useSearch({ from: '/customers' });
  const navigate = useNavigate({ from: '/customers' });
  const [text, setText] = useState(search);
  const [importing, setImporting] = useState(false);
  const look = useDebouncedCallback(
    (to: string) => void navigate({ search: to ? { search: to } : {}, replace: true }),
    250,
  );
  const customers = useInfiniteQuery(customersQuery(search));
  const rows = customers.data?.pages.flatMap((page) => page.customers) ?? [];
  const total = customers.data?.pages[0]?.total ?? 0;
  const others = columnsOf(rows);
  const importButton = (
    <Button leftSection={<IconFileImport size={16} />} onClick={() => setImporting(true)} data-testid="import">
      Import a file
    </Button>
  );
  const nobody = customers.isSuccess && rows.length === 0 && search === '';
  return (
    <Container size="xl" py="xl">
      <Group justify="space-between" align="flex-end" mb="lg">
        <div>
          <Title order={1}>Customers</Title>
          <Text size="sm" c="var(--ink-soft)" mt={2} className="tabular" data-testid="customer-total">
            {customers.isSuccess
              ? search
                ? `${customers.hasNextPage ? 'More than ' : ''}${formatNumber(rows.length)} of ${plural(total, 'customer')}`
                : plural(total, 'customer')
              : 'One view of each, from every source'}
          </Text>
        </div>
        {!nobody && (
          <Group gap="xs">
            <TextInput
              w={280}
              aria-label="Search customers"
              placeholder="Name, e-mail, phone or number"
              leftSection={<IconSearch size={15} />}
              value={text}
              onChange={(event) => {
                setText(event.currentTarget.value);
                look(event.currentTarget.value.trim());
              }}
            />
            <DuplicatesLink />
            {importButton}
          </Group>
        )}
      </Group>
      {customers.isPending && (
        <Stack gap="xs" aria-busy="true">
          {[0, 1, 2, 3, 4, 5, 6].map((key) => (
            <Skeleton key={key} h={40} />
          ))}
        </Stack>
      )}
      {customers.isError && <Fault error={customers.error} retry={() => void customers.refetch()} />}
      {nobody && (
        <EmptyState icon={<IconUsers size={24} />} title="No customers yet" action={importButton}>
          Import a CSV file, and every row becomes a customer with what the columns say of it. Imported twice, it
          changes nothing.
        </EmptyState>
      )}
      {customers.isSuccess && rows.length === 0 && search !== '' && (
        <EmptyState icon={<IconSearch size={24} />} title={`Nobody is found by “${search}”`}>
          Each word may be the beginning of a name, a key, an address, a town or whatever else is known. Somebody who
          has just come in is found by their whole key at once, by words a moment later.
        </EmptyState>
      )}
      {rows.length > 0 && (
        <div className={table.frame} style={customers.isPlaceholderData ? { opacity: 0.6 } : undefined}>
          <Table highlightOnHover data-testid="customers">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Customer</Table.Th>
                <Table.Th>E-mail</Table.Th>
                <Table.Th>Phone</Table.Th>
                {others.map((name) => (
                  <Table.Th key={name}>{name}</Table.Th>
                ))}
                <Table.Th>Changed</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map((customer) => (
                <Table.Tr key={customer.id}>
                  <Table.Td className={table.clip}>
                    <Link
                      to="/customers/$customerId"
                      params={{ customerId: String(customer.id) }}
                      className={table.link}
                      // A search that is still to come would bring back this page.
                      onClick={() => look.cancel()}
                    >
                      {customer.name || `Customer ${customer.id}`}
                    </Link>
                  </Table.Td>
                  <Table.Td className={table.clip}>{customer.email ?? <None />}</Table.Td>
                  <Table.Td className={table.nowrap}>{customer.phone ?? <None />}</Table.Td>
                  {others.map((name) => (
                    <Table.Td key={name} className={table.clip}>
                      {said(customer.traits[name])}
                    </Table.Td>
                  ))}
                  <Table.Td className={`${table.nowrap} tabular soft`}>{formatDateTime(customer.updatedAt)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
      {customers.hasNextPage && (
        <Center mt="md">
          <Button
            variant="default"
            loading={customers.isFetchingNextPage}
            onClick={() => void customers.fetchNextPage()}
          >
            Show more
          </Button>
        </Center>
      )}
      <Suspense>{importing && <ImportDialog onClose={() => setImporting(false)} />}</Suspense>
    </Container>
  );
}

const None = () => <span className="soft">–</span>;

const said = (value: Json | undefined) =>
  value === undefined || value === null ? (
    <None />
  ) : typeof value === 'number' ? (
    formatNumber(value)
  ) : typeof value === 'boolean' ? (
    value ? (
      'yes'
    ) : (
      'no'
    )
  ) : typeof value === 'string' ? (
    value
  ) : (
    JSON.stringify(value)
  );

/** Three more columns: the traits that most of the shown customers have and that are short. */
function columnsOf(rows: readonly CustomerRow[]): string[] {
  const seen = new Map<string, number>();
  for (const { traits } of rows)
    for (const [name, value] of Object.entries(traits))
      if (
        value !== null &&
        typeof value !== 'object' &&
        String(value).length <= 24 &&
        !/^(name|first_?name|last_?name|e-?mail|phone|.*id)$/i.test(name)
      )
        seen.set(name, (seen.get(name) ?? 0) + 1);
  return [...seen]
    .filter(([, count]) => count > rows.length / 2)
    .slice(0, 3)
    .map(([name]) => name);
}
