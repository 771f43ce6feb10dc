import { Container, Skeleton, Stack, Tabs } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { customerQuery } from '../../api/queries.ts';
import { Fault } from '../../ui/Fault.tsx';
import { formatShort } from '../../ui/format.ts';
import { CategoryCards } from './CategoryCards.tsx';
import classes from './Customer.module.css';
import { Enrollments } from './Enrollments.tsx';
import { History } from './History.tsx';
import { Identity, nameOf } from './Identity.tsx';
import { Sent } from './Sent.tsx';
import { Timeline } from './Timeline.tsx';
import { Traits } from './Traits.tsx';

/** All that is known of one customer, in one place. */
export function CustomerPage() {
  const { customerId } = useParams({ from: '/customers/$customerId' });
  const customer = useQuery({ ...customerQuery(customerId), refetchInterval: 5_000 });
  useDocumentTitle(customer.data ? `${nameOf(customer.data)} · OSICAM` : 'Customer · OSICAM');
  if (customer.isPending)
    return (
      <Container size="xl" py="xl" aria-busy="true">
        <Stack>
          <Skeleton h={84} radius="lg" />
          <Skeleton h={120} radius="lg" />
          <Skeleton h={260} radius="lg" />
        </Stack>
      </Container>
    );
  if (customer.isError)
    return (
      <Container size="sm" py="xl">
        <Fault error={customer.error} retry={() => void customer.refetch()} title="This customer could not be shown" />
      </Container>
    );
  const view = customer.data;
  const events = Object.values(view.events).reduce((total, { total: count }) => total + count, 0);
  return (
    <Container size="xl" py="lg" data-testid="customer">
      <nav className={classes.crumb} aria-label="Where you are">
        <Link to="/customers">Customers</Link> / {view.id}
      </nav>
      <Identity view={view} />
      <CategoryCards view={view} />
      <Tabs defaultValue="timeline" keepMounted={false} mt="lg">
        <Tabs.List>
          <Tabs.Tab value="timeline" rightSection={<Count of={events + view.messages.length} />}>
            Timeline
          </Tabs.Tab>
          <Tabs.Tab value="traits" rightSection={<Count of={Object.keys(view.traits).length} />}>
            What is known
          </Tabs.Tab>
          <Tabs.Tab value="loops" rightSection={<Count of={view.enrollments.length} />}>
            Loops
          </Tabs.Tab>
          <Tabs.Tab value="messages" rightSection={<Count of={view.messages.length} />}>
            Messages
          </Tabs.Tab>
          <Tabs.Tab value="history" rightSection={<Count of={view.history.length + view.merges.length} />}>
            Changes
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="timeline" pt="md">
          <Timeline view={view} />
        </Tabs.Panel>
        <Tabs.Panel value="traits" pt="md">
          <Traits view={view} />
        </Tabs.Panel>
        <Tabs.Panel value="loops" pt="md">
          <Enrollments view={view} />
        </Tabs.Panel>
        <Tabs.Panel value="messages" pt="md">
          <Sent view={view} />
        </Tabs.Panel>
        <Tabs.Panel value="history" pt="md">
          <History view={view} />
        </Tabs.Panel>
      </Tabs>
    </Container>
  );
}

const Count = ({ of }: { of: number }) =>
  of > 0 ? <span className={`${classes.count} tabular`}>{formatShort(of)}</span> : null;
